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
  version: number;
}

/** What the portal last heard over Kafka about a person: shown, as such, while the ledger itself does not answer. */
export async function readKnownState(pool: Pool, person: string): Promise<ConsentState[]> {
  const { rows } = await pool.query<Row>(
    'SELECT purpose, status, allowed, channels, partners, since, valid_until, version FROM samtycke_consumer.consent_state WHERE person = $1',
    [person],
  );
  return rows.map((row) => ({
    purpose: row.purpose,
    status: row.status ?? 'unknown',
    allowed: row.allowed && (row.valid_until === null || row.valid_until > new Date()),
    channels: row.channels ?? undefined,
    partners: row.partners ?? undefined,
    since: row.since?.toISOString(),
    validUntil: row.valid_until?.toISOString(),
    version: row.version,
  }));
}
