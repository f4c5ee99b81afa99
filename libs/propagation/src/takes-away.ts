import type { EventType } from '#contracts';

/** What takes something away from a company, whatever holds after it. */
export const TAKES_AWAY: readonly EventType[] = ['consent-withdrawn', 'objection-raised', 'processing-restricted', 'person-erased'];

/** In canonical form the members of `after` are sorted, and no text of an event can hold an unescaped quotation mark. */
const STOPPED = `'\\x${Buffer.from('"after":{"allowed":false').toString('hex')}'::bytea`;

/**
 * SQL: whether every system of the purpose must act on a row of `events` within its deadline; `types`: the place of TAKES_AWAY. A wish, a merge or a
 * split does so where by it nothing is allowed any more: a pause, or that somebody wants to be contacted no more, is heard by each purpose that it ends.
 */
export const takesAway = (types: string): string => `(type = ANY (${types}) OR CASE WHEN type NOT IN ('preferences-changed', 'person-merged', 'person-split') OR position(${STOPPED} IN bytes) = 0 THEN false
    ELSE coalesce((SELECT position(${STOPPED} IN b.bytes) = 0 FROM events b WHERE b.ledger = events.ledger AND b.person = events.person AND b.purpose = events.purpose
      AND b.version < events.version ORDER BY b.version DESC LIMIT 1), true) END)`;
