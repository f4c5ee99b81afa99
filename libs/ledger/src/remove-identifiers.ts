import type { Pool } from 'pg';
import { WHOLE_PERSON, type LedgerEvent } from '#contracts';

const MERGES = 'SELECT bytes FROM events WHERE ledger = $1 AND person = $2 AND purpose = $3 AND type = $4';
const REMOVE = 'DELETE FROM identifiers WHERE ledger = $1 AND person = ANY ($2::uuid[]) AND id = ANY ($3::uuid[])';

/** A person and everybody who was ever merged into him, as the events say it: no projection that may be behind them. */
async function everWith(pool: Pool, ledger: number, person: string): Promise<string[]> {
  const seen = new Set([person]);
  for (const one of seen) {
    const { rows } = await pool.query<{ bytes: Buffer }>(MERGES, [ledger, one, WHOLE_PERSON, 'person-merged']);
    for (const { bytes } of rows) {
      const { other, role } = ((JSON.parse(bytes.toString('utf8')) as LedgerEvent).fact ?? {}) as { other?: string; role?: string };
      if (role === 'into' && other !== undefined) seen.add(other);
    }
  }
  return [...seen];
}

/** Removes the identifiers that an `identifiers-changed` says were corrected away, of whichever part of the person. Doing it again changes nothing. */
export async function removeIdentifiers(pool: Pool, ledger: number, { person, fact }: LedgerEvent): Promise<void> {
  const { removed = [] } = (fact ?? {}) as { removed?: { id: string }[] };
  if (removed.length > 0) await pool.query(REMOVE, [ledger, await everWith(pool, ledger, person), removed.map(({ id }) => id)]);
}
