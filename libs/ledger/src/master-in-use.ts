import type { Pool } from 'pg';
import type { PersonKeys } from '#vault';

const IN_USE = `SELECT key FROM key_chains WHERE ledger = $1 AND chain = 'master'`;

/**
 * Turns a process to the master key in use, before it makes a key that no append looks at: wrapped by an older one it could
 * be opened by nobody once that is removed. Throws KeyMissing where the process cannot read the new one.
 */
export async function turnToMaster(pool: Pool, ledger: number, keys: PersonKeys): Promise<void> {
  const { rows: [chain] } = await pool.query<{ key: string }>({ name: 'master-in-use', text: IN_USE, values: [ledger] });
  if (chain) keys.use(chain.key);
}
