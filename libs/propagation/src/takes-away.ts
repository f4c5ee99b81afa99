import type { EventType } from '#contracts';

/** What takes something away from a company, whatever holds after it. */
export const TAKES_AWAY: readonly EventType[] = ['consent-withdrawn', 'objection-raised', 'processing-restricted', 'person-erased'];

/** In canonical form the members of `after` are sorted, and no text of an event can hold an unescaped quotation mark. */
const STOPPED = Buffer.from('"after":{"allowed":false').toString('hex');

/**
 * SQL: whether every system of the purpose must act on a row of `events` within its deadline; `types`: the place of TAKES_AWAY. A wish does so where
 * nothing is allowed after it: who wants to be contacted no more, or not now, is heard by each purpose that it ends.
 */
export const takesAway = (types: string): string =>
  `(type = ANY (${types}) OR CASE WHEN type = 'preferences-changed' THEN position('\\x${STOPPED}'::bytea IN bytes) > 0 ELSE false END)`;
