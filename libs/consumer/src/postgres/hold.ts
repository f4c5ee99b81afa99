import { WHOLE_PERSON } from '#contracts';
import type { Received } from '../received.js';
import type { Queries } from './queries.js';

const HOLD_STREAM = `
  INSERT INTO samtycke_consumer.consent_state AS held (person, purpose, kind, version, seq, allowed, applied_at, parked_version)
  SELECT $1, $2, $3, 0, 0, false, $5, $4
  WHERE NOT EXISTS (SELECT 1 FROM samtycke_consumer.persons WHERE person = $1 AND erased)
  ON CONFLICT (person, purpose) DO UPDATE SET parked_version = greatest(held.parked_version, excluded.parked_version)`;

const HOLD_PERSON = `
  INSERT INTO samtycke_consumer.persons AS held (person, kind, version, seq, restricted, erased, suppressed, applied_at, parked_version)
  VALUES ($1, $2, 0, 0, false, false, false, $4, $3)
  ON CONFLICT (person) DO UPDATE SET parked_version = greatest(held.parked_version, excluded.parked_version)`;

/**
 * Notes that a version was parked. Until a higher one is applied the answer for it is no: what could not be applied may
 * have been a withdrawal.
 */
export async function holdParked(transaction: Queries, { data }: Received, now: Date): Promise<void> {
  const { person, kind, purpose, version } = data;
  if (purpose === WHOLE_PERSON) await transaction.query(HOLD_PERSON, [person, kind, version, now]);
  else await transaction.query(HOLD_STREAM, [person, purpose, kind, version, now]);
}
