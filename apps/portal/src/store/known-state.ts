import type { Pool } from 'pg';
import type { ConsentState } from '../ledger/ledger-types.js';

interface Row {
  purpose: string;
  status: string | null;
  allowed: boolean;
  channels: string[] | null;
  partners: string[] | null;
  since: Date | null;
  valid_until: Date | null;
  preferences: ConsentState['preferences'] | null;
  version: number;
}

/** A message that could not be applied may have taken away what the row still says. */
const KNOWN = `
  SELECT s.purpose, s.status, s.channels, s.partners, s.preferences, s.since, s.valid_until, s.version,
    s.allowed AND s.version >= s.parked_version AND NOT coalesce(p.erased OR p.parked_version > p.version, false) AS allowed
  FROM samtycke_consumer.consent_state s LEFT JOIN samtycke_consumer.persons p ON p.person = s.person WHERE s.person = $1`;

/** What the portal last heard over Kafka about a person: shown, as such, while the ledger itself does not answer. */
export async function readKnownState(pool: Pool, person: string): Promise<ConsentState[]> {
  const { rows } = await pool.query<Row>(KNOWN, [person]);
  return rows.map((row) => ({
    purpose: row.purpose,
    status: row.status ?? 'unknown',
    allowed: row.allowed && (row.valid_until === null || row.valid_until > new Date()),
    channels: row.channels ?? undefined,
    partners: row.partners ?? undefined,
    preferences: row.preferences ?? undefined,
    since: row.since?.toISOString(),
    validUntil: row.valid_until?.toISOString(),
    version: row.version,
  }));
}
