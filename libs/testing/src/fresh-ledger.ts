import type { Pool } from 'pg';
import { loadCatalogue, type Catalogue } from '#catalogue';
import { createPool, KEYED_LOOKUPS, migrateLedger } from '#database';
import { Ledger, Reader, readCatalogue, type CatalogueInForce, type LedgerOptions } from '#ledger';
import { ensureLedger, loadCatalogueInto } from '#setup';
import { createKeyring, lookupKeysOf, personKeysOf, type KeyChain, type Keyring, type PersonKeys } from '#vault';
import { freshDatabase } from './fresh-database.js';

/** A migrated ledger of one test alone, with the first user's catalogue. */
export interface FreshLedger {
  url: string;
  pool: Pool;
  id: number;
  keyring: Keyring;
  keys: PersonKeys;
  lookupKeys: KeyChain;
  catalogue: CatalogueInForce;
  options: LedgerOptions;
  ledger: Ledger;
  reader: Reader;
  close(): Promise<void>;
}

const ROLES = ['samtycke_api', 'samtycke_relay', 'samtycke_worker'];

/** Roles belong to the server, so several tests may make them at once. */
async function ensureRoles(pool: Pool): Promise<void> {
  for (const role of ROLES) {
    await pool.query(`DO $$ BEGIN CREATE ROLE ${role} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
  }
}

export async function freshLedger({ origin = 'consent.example.test/ledger', catalogue = loadCatalogue() as Catalogue } = {}): Promise<FreshLedger> {
  const database = await freshDatabase();
  const pool = createPool({ url: database.url, name: 'test', max: 12, settings: KEYED_LOOKUPS, pipeline: true });
  await ensureRoles(pool);
  await migrateLedger(database.url);
  const keyring = createKeyring(origin);
  const keys = personKeysOf(keyring);
  const id = await ensureLedger(pool, origin);
  const options: LedgerOptions = { ledger: id, origin, pool, keys };
  await loadCatalogueInto(options, catalogue);
  const inForce = await readCatalogue(pool, id);
  if (!inForce) throw new Error('the catalogue was not loaded');
  const ledger = new Ledger(options);
  const lookupKeys = lookupKeysOf(keyring);
  return {
    url: database.url,
    pool,
    id,
    keyring,
    keys,
    lookupKeys,
    catalogue: inForce,
    options,
    ledger,
    reader: new Reader(pool, id),
    close: async () => {
      await ledger.close();
      await pool.end();
      await database.drop();
    },
  };
}
