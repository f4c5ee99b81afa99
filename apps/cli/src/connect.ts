import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPool, ledgerOf, type PoolOptions } from '#database';
import { Freshness } from '#ledger';
import { LogFolder } from '#log-folder';
import { keyringPath, readKeyring, type Keyring } from '#vault';

/** A mistake of the caller: shown as one sentence, without a stack. */
export class CliError extends Error {}

export const dataDir = (): string => process.env.SAMTYCKE_DATA || join(process.cwd(), '.data');

/** The database: `DATABASE_URL`, else the one of the installation that runs here (`run.json` in the data folder). */
export function databaseUrl(): string {
  if (process.env.DATABASE_URL) return process.env.DATABASE_URL;
  try {
    return (JSON.parse(readFileSync(join(dataDir(), 'run.json'), 'utf8')) as { databaseUrl: string }).databaseUrl;
  } catch {
    throw new CliError('set DATABASE_URL, or run this beside a started installation (`npm start`)');
  }
}

export interface Connection {
  pool: ReturnType<typeof createPool>;
  ledger: number;
  keyring: Keyring;
}

/** The folder of the transparency log: `named`, else LOG_DIR, else that of the installation here. */
export const logDir = (named?: string): string => named ?? (process.env.LOG_DIR || join(dataDir(), 'transparency-log'));

/**
 * Throws DatabaseBehind on an old backup: what is written there would be lost, or contradict what was signed; what is opened
 * there may be of somebody who was erased since.
 */
export async function demandFresh({ pool, ledger }: Pick<Connection, 'pool' | 'ledger'>, folder = new LogFolder(logDir())): Promise<void> {
  await new Freshness({ pool, ledger, outside: () => folder.size() }).demand();
}

/** Opens the ledger's database for one command and closes it afterwards. */
export async function connected<T>(work: (connection: Connection) => Promise<T>, options: Pick<PoolOptions, 'max' | 'settings'> = { max: 3 }): Promise<T> {
  const pool = createPool({ url: databaseUrl(), name: 'samtycke-cli', ...options });
  try {
    const keyring = readKeyring(keyringPath(dataDir()));
    return await work({ pool, ledger: await ledgerOf(pool, keyring.origin), keyring });
  } finally {
    await pool.end();
  }
}

/** Lines of columns, each as wide as its widest cell. */
export function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}
