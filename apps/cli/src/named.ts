import type { Connection } from './connect.js';
import { CliError } from './installation.js';

type Where = Pick<Connection, 'pool' | 'ledger'>;

/** Refuses purposes that no version of the catalogue has: what is asked of them would look like an answer. */
export async function demandPurposes({ pool, ledger }: Where, purposes: readonly string[] = []): Promise<void> {
  const { rows } = await pool.query<{ id: string }>('SELECT DISTINCT id FROM purposes WHERE ledger = $1', [ledger]);
  const strange = purposes.filter((purpose) => !rows.some(({ id }) => id === purpose));
  if (strange.length > 0) throw new CliError(`the catalogue has no purpose ${strange.join(', ')}`);
}

/** Refuses a text that the ledger does not hold in this version. */
export async function demandNotice({ pool, ledger }: Where, notice: string, version: string): Promise<void> {
  const { rows } = await pool.query<{ version: string }>('SELECT DISTINCT version FROM notices WHERE ledger = $1 AND id = $2 ORDER BY version', [ledger, notice]);
  if (rows.length === 0) throw new CliError(`the catalogue has no text ${notice}`);
  if (!rows.some((row) => row.version === version)) throw new CliError(`the text ${notice} has no version ${version}; it has ${rows.map((row) => row.version).join(', ')}`);
}
