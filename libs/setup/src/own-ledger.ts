import { existsSync } from 'node:fs';
import type { Pool } from 'pg';
import { keyringFor, readKeyring, type Keyring } from '#vault';
import { ensureLedger } from './ledger-row.js';

export interface LedgerWanted {
  /** Where the keyring lies. */
  path: string;
  /** Of a ledger that is new. */
  origin: string;
  /** Whoever runs this named `origin` himself: it may be begun beside the ledgers that the database holds. */
  another?: boolean;
}

export interface OwnLedger {
  keyring: Keyring;
  /** The ledger's small number in this database. */
  ledger: number;
}

async function originsIn(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ origin: string }>('SELECT origin FROM ledgers ORDER BY id');
  return rows.map(({ origin }) => origin);
}

/** Why the keyring at `path` is not the one by which the ledgers in the database are read; undefined where it is. */
function whyForeign(path: string, held: readonly string[]): string | undefined {
  if (!existsSync(path)) return `its keyring is not at ${path}: put it back, or set SAMTYCKE_KEYRING to where it lies`;
  const { origin } = readKeyring(path);
  return held.includes(origin) ? undefined : `the keyring at ${path} is of ${origin}: set SAMTYCKE_KEYRING to the one of this database, or DATABASE_URL to the database of this keyring`;
}

/** Whether what was named is new here, and no keyring of another name lies where its own is to be. */
const isNew = ({ path, origin }: LedgerWanted, held: readonly string[]): boolean =>
  !held.includes(origin) && (!existsSync(path) || readKeyring(path).origin === origin);

/**
 * The ledger of the keyring at `path` in this database. Keyring and ledger are made where the database holds no ledger, or
 * where another one was named. Throws, and makes neither, where it holds one that the keyring is missing for, or not of: what
 * is sealed there could be opened by no new one.
 */
export async function ownLedger(pool: Pool, wanted: LedgerWanted): Promise<OwnLedger> {
  const { path, origin, another } = wanted;
  const held = await originsIn(pool);
  const foreign = held.length > 0 && !(another && isNew(wanted, held)) ? whyForeign(path, held) : undefined;
  if (foreign !== undefined) throw new Error(`this database holds the ledger${held.length > 1 ? 's' : ''} ${held.join(' and ')}, and ${foreign}`);
  const keyring = keyringFor(path, origin);
  return { keyring, ledger: await ensureLedger(pool, keyring.origin) };
}
