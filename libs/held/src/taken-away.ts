import type { Pool } from 'pg';
import type { After, LedgerEvent } from '#contracts';
import { allowedByDefault, mayProcess, type PurposeRule } from '#consent';

/** What a call took from a person in one purpose, and what stood before. */
export interface TakenAway {
  purpose: string;
  /** The call's last event in this purpose: while it is the stream's last, nobody has decided since. */
  event: LedgerEvent;
  before: After;
}

const FIND = `
SELECT e.bytes, b.bytes AS before FROM events e
LEFT JOIN events b ON b.ledger = e.ledger AND b.person = e.person AND b.purpose = e.purpose AND b.version = e.version - 1
WHERE e.ledger = $1 AND e.person = $2 AND e.request = $3 AND e.type IN ('consent-withdrawn', 'objection-raised') ORDER BY e.seq`;

const eventIn = (bytes: Buffer): LedgerEvent => JSON.parse(bytes.toString('utf8')) as LedgerEvent;

/** Whether processing was allowed the moment before: else nothing was taken away. */
function wasAllowed(before: After | undefined, event: LedgerEvent, purpose: PurposeRule): boolean {
  const { status = 'unknown', allowed = allowedByDefault(purpose), validUntil } = before ?? {};
  return mayProcess({ version: event.version - 1, status, allowed, validUntil }, event.recordedAt);
}

/** A call about a person: an unverified one where nothing else is said, or the person's own. */
interface TakingCall {
  person: string;
  request: string;
  by?: 'unverified' | 'person';
}

/** Everything that a call took away from a person; empty where it took nothing, or somebody else made it. */
export async function takenAway(pool: Pool, ledger: number, call: TakingCall, purposes: ReadonlyMap<string, PurposeRule>): Promise<TakenAway[]> {
  const { rows } = await pool.query<{ bytes: Buffer; before: Buffer | null }>(FIND, [ledger, call.person, call.request]);
  const taken = new Map<string, TakenAway>();
  for (const row of rows) {
    const event = eventIn(row.bytes);
    const purpose = purposes.get(event.purpose);
    if (event.actor.kind !== (call.by ?? 'unverified') || !purpose) continue;
    const known = taken.get(event.purpose);
    const before = row.before ? eventIn(row.before).after : undefined;
    if (known) known.event = event;
    else if (wasAllowed(before, event, purpose)) taken.set(event.purpose, { purpose: event.purpose, event, before: before ?? {} });
  }
  return [...taken.values()];
}

/** What was taken: a consent, the use that a legitimate interest allows (by an objection), or both. To lift an objection is no consent. */
export type Taken = 'consent' | 'objection' | 'both';

export function takenKind(items: readonly Pick<TakenAway, 'event'>[]): Taken {
  const objections = items.filter(({ event }) => event.type === 'objection-raised').length;
  if (objections === 0) return 'consent';
  return objections === items.length ? 'objection' : 'both';
}
