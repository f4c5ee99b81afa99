import { loadCatalogue } from '#catalogue';
import { createPool } from '#database';
import { readCatalogue } from '#ledger';
import { keyringPath, personKeysOf } from '#vault';
import { developmentKeys, type DevelopmentKeys } from './development-keys.js';
import { developmentSystems } from './development-systems.js';
import { ownLedger } from './own-ledger.js';
import { shipCatalogue } from './ship-catalogue.js';

export interface SetUp {
  dataDir: string;
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
}

/** Makes a ledger ready in a migrated database: keyring, catalogue, development keys and systems. Running it again with the same changes nothing, and an operator's own catalogue stays in force. Throws where the database holds a ledger whose keyring is not there. */
export async function setUpLedger({ dataDir, ledgerUrl, origin, siteOrigins, systemsOnly }: SetUp): Promise<LedgerSetUp> {
  const pool = createPool({ url: ledgerUrl, name: 'samtycke-setup', max: 3 });
  try {
    const { keyring, ledger } = await ownLedger(pool, { path: keyringPath(dataDir), origin });
    const keys = personKeysOf(keyring);
    await shipCatalogue({ ledger, origin: keyring.origin, pool, keys }, loadCatalogue());
    const inForce = [...((await readCatalogue(pool, ledger))?.purposes.values() ?? [])];
    const purposes = inForce.filter((purpose) => purpose.choice !== 'told').map((purpose) => purpose.id);
    const made = await developmentKeys(pool, ledger, { dataDir, systemsOnly, origins: siteOrigins, purposes });
    await developmentSystems(pool, ledger);
    return { ...made, logKey: keyring.log.verifier };
  } finally {
    await pool.end();
  }
}
