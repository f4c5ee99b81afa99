import type { Pool } from 'pg';
import type { PurposeRule } from '#consent';
import type { World } from './person-fold.js';

/** Reads what an audit goes by. */
export async function readWorld(pool: Pool, ledger: number, origin: string): Promise<World> {
  const { rows } = await pool.query<{ definition: string; body: string }>('SELECT definition, body FROM purposes WHERE ledger = $1', [ledger]);
  return { origin, definitions: new Map(rows.map(({ definition, body }) => [definition, JSON.parse(body) as PurposeRule])) };
}
