import { WHOLE_PERSON } from '#contracts';
import type { Received } from '../received.js';
import type { Queries } from './queries.js';

/** What is parked was recorded later than what stands, and has no higher version: the ledger has given versions anew. */
const IS_ANEW = (version: string, recordedAt: string): string => `(${recordedAt}::timestamptz > held.recorded_at AND held.version >= ${version}::int)`;

const HOLD_STREAM = `
  INSERT INTO samtycke_consumer.consent_state AS held (person, purpose, kind, version, seq, allowed, applied_at, parked_version)
  SELECT $1, $2, $3, 0, 0, false, $5, $4::int
  WHERE NOT EXISTS (SELECT 1 FROM samtycke_consumer.persons WHERE person = $1 AND erased)
  ON CONFLICT (person, purpose) DO UPDATE SET parked_version = greatest(held.parked_version, excluded.parked_version),
    version = CASE WHEN ${IS_ANEW('$4', '$6')} THEN $4::int - 1 ELSE held.version END,
    recorded_at = CASE WHEN ${IS_ANEW('$4', '$6')} THEN $6 ELSE held.recorded_at END`;

const HOLD_PERSON = `
  INSERT INTO samtycke_consumer.persons AS held (person, kind, version, seq, restricted, erased, suppressed, applied_at, parked_version)
  VALUES ($1, $2, 0, 0, false, false, false, $4, $3::int)
  ON CONFLICT (person) DO UPDATE SET parked_version = greatest(held.parked_version, excluded.parked_version),
    version = CASE WHEN ${IS_ANEW('$3', '$5')} THEN $3::int - 1 ELSE held.version END,
    recorded_at = CASE WHEN ${IS_ANEW('$3', '$5')} THEN $5 ELSE held.recorded_at END`;

/**
 * Notes that a version was parked. Until a higher one is applied the answer for it is no: what could not be applied may
 * have been a withdrawal. Where the ledger has given versions anew what stands may have a higher one, and is older all the same: then what is parked takes its place in time, and it counts as the version before.
 */
export async function holdParked(transaction: Queries, { data }: Received, now: Date): Promise<void> {
  const { person, kind, purpose, version } = data;
  const recordedAt = (data as { recordedAt?: string }).recordedAt ?? null;
  if (purpose === WHOLE_PERSON) await transaction.query(HOLD_PERSON, [person, kind, version, now, recordedAt]);
  else await transaction.query(HOLD_STREAM, [person, purpose, kind, version, now, recordedAt]);
}
