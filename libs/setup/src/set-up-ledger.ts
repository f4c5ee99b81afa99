import { loadCatalogue } from '#catalogue';
import { createPool } from '#database';
import { DatabaseBehind, Freshness, readCatalogue, type LedgerOptions } from '#ledger';
import { LogFolder } from '#log-folder';
import { keyringPath, personKeysOf } from '#vault';
import { developmentKeys, type DevelopmentKeys } from './development-keys.js';
import { developmentSystems } from './development-systems.js';
import { ownLedger } from './own-ledger.js';
import { shipCatalogue } from './ship-catalogue.js';

export interface SetUp {
  dataDir: string;
  /** The transparency log's folder, by which an old backup is told. */
  logDir: string;
  /** Of a role that owns the ledger's tables. */
  ledgerUrl: string;
  origin: string;
  /** Origins from which the development site key may be used. */
  siteOrigins: string[];
  /** Makes keys for the systems and the website alone, and none for each scope. */
  systemsOnly?: boolean;
}

export interface LedgerSetUp extends DevelopmentKeys {
  /** The log's signed-note verifier key. */
  logKey: string;
  /** Why the catalogue was not loaded, and what is to be done: the database is an old backup. */
  behind?: string;
}

/** Ships the catalogue, unless the database is behind the log: then nothing of it is written, and the answer says why. */
async function shipWhereFresh(options: LedgerOptions): Promise<string | undefined> {
  try {
    await shipCatalogue(options, loadCatalogue());
    return undefined;
  } catch (error) {
    if (error instanceof DatabaseBehind) return error.message;
    throw error;
  }
}

/**
 * Makes a ledger ready in a migrated database: keyring, catalogue, development keys and systems. Running it again with the same
 * changes nothing, and an operator's own catalogue stays in force. Of an old backup it says so, and makes the keys alone, by
 * which the programs start beside which it is recovered. Throws where the database holds a ledger whose keyring is not there.
 */
export async function setUpLedger({ dataDir, logDir, ledgerUrl, origin, siteOrigins, systemsOnly }: SetUp): Promise<LedgerSetUp> {
  const pool = createPool({ url: ledgerUrl, name: 'samtycke-setup', max: 3 });
  try {
    const { keyring, ledger } = await ownLedger(pool, { path: keyringPath(dataDir), origin });
    const folder = new LogFolder(logDir);
    const fresh = new Freshness({ pool, ledger, outside: () => folder.size() });
    const behind = await shipWhereFresh({ ledger, origin: keyring.origin, pool, keys: personKeysOf(keyring), mayWrite: () => fresh.demand() });
    const inForce = [...((await readCatalogue(pool, ledger))?.purposes.values() ?? [])];
    const purposes = inForce.filter((purpose) => purpose.choice !== 'told').map((purpose) => purpose.id);
    const made = await developmentKeys(pool, ledger, { dataDir, systemsOnly, origins: siteOrigins, purposes });
    if (behind === undefined) await developmentSystems(pool, ledger);
    return { ...made, logKey: keyring.log.verifier, behind };
  } finally {
    await pool.end();
  }
}
