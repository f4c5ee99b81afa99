import type { Pool } from 'pg';

/** The number of the ledger with this origin. Throws, and says what is to be done, where the database does not hold it. */
export async function ledgerOf(pool: Pool, origin: string): Promise<number> {
  const { rows } = await pool.query<{ id: number; origin: string }>('SELECT id, origin FROM ledgers ORDER BY id');
  const found = rows.find((row) => row.origin === origin);
  if (found) return found.id;
  if (rows.length === 0) throw new Error(`the database holds no ledger ${origin}: run \`samtycke migrate\` and \`samtycke catalogue load\``);
  throw new Error(`the database holds no ledger ${origin}, but ${rows.map((row) => row.origin).join(' and ')}: keyring and database do not belong together, look at SAMTYCKE_KEYRING and DATABASE_URL`);
}
