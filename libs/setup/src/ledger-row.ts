import type { Pool } from 'pg';

const FIND = 'SELECT id FROM ledgers WHERE origin = $1';

/** The small number of a ledger in this database; a new origin gets the next one. */
export async function ensureLedger(pool: Pool, origin: string): Promise<number> {
  const found = await pool.query<{ id: number }>(FIND, [origin]);
  if (found.rows[0]) return found.rows[0].id;
  await pool.query('INSERT INTO ledgers (id, origin) SELECT coalesce(max(id), 0) + 1, $1 FROM ledgers ON CONFLICT (origin) DO NOTHING', [origin]);
  const made = await pool.query<{ id: number }>(FIND, [origin]);
  const row = made.rows[0];
  if (!row) throw new Error(`the ledger ${origin} could not be made`);
  return row.id;
}
