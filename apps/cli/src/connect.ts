import { createPool, ledgerOf, type PoolOptions } from '#database';
import { Freshness } from '#ledger';
import { LogFolder } from '#log-folder';
import { readKeyring, type Keyring } from '#vault';
import { databaseUrl, keyringFile, logDir } from './installation.js';

export interface Connection {
  pool: ReturnType<typeof createPool>;
  ledger: number;
  keyring: Keyring;
}

/** Whether the database may be written to: looked at again as it is asked. */
export const freshnessOf = ({ pool, ledger }: Pick<Connection, 'pool' | 'ledger'>, folder = new LogFolder(logDir())): Freshness => new Freshness({ pool, ledger, outside: () => folder.size() });

/**
 * Throws DatabaseBehind on an old backup: what is written there would be lost, or contradict what was signed; what is opened
 * there may be of somebody who was erased since.
 */
export const demandFresh = (connection: Pick<Connection, 'pool' | 'ledger'>, folder?: LogFolder): Promise<void> => freshnessOf(connection, folder).demand();

/** Opens the ledger's database for one command and closes it afterwards. */
export async function connected<T>(work: (connection: Connection) => Promise<T>, options: Pick<PoolOptions, 'max' | 'settings'> = { max: 3 }): Promise<T> {
  const pool = createPool({ url: databaseUrl(), name: 'samtycke-cli', ...options });
  try {
    const keyring = readKeyring(keyringFile());
    return await work({ pool, ledger: await ledgerOf(pool, keyring.origin), keyring });
  } finally {
    await pool.end();
  }
}

/** Lines of columns, each as wide as its widest cell. */
export function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => rows.reduce((widest, row) => Math.max(widest, (row[column] ?? '').length), 0));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}
