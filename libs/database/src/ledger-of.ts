import type { Pool } from 'pg';

/** The number of the ledger with this origin; without one, of the only ledger there is. Throws where that is unclear. */
export async function ledgerOf(pool: Pool, origin?: string): Promise<number> {
  const { rows } = await pool.query<{ id: number; origin: string }>('SELECT id, origin FROM ledgers');
  const found = origin === undefined ? rows : rows.filter((row) => row.origin === origin);
  if (found.length === 1 && found[0]) return found[0].id;
  const several = found.length > 1 ? 'the database holds several ledgers: name one by LEDGER_ORIGIN' : undefined;
  throw new Error(several ?? `the database holds no ledger${origin ? ` ${origin}` : ''}: run \`samtycke migrate\` and \`samtycke catalogue load\``);
}
