import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { catalogueHash, loadCatalogue, type Catalogue } from '#catalogue';
import { listKeys } from '#access';
import { readCatalogue, type LedgerOptions } from '#ledger';
import { freshLedger, nextVersion, type FreshLedger } from '#testing';
import { keyringFor, keyringPath, personKeysOf } from '#vault';
import { ensureLedger } from './ledger-row.js';
import { loadCatalogueInto } from './load-catalogue.js';
import { setUpLedger } from './set-up-ledger.js';
import { shipCatalogue } from './ship-catalogue.js';

const ORIGIN = 'set-up.example.test/ledger';
const shipped = loadCatalogue();
const newer = nextVersion(shipped, 'newsletter-signup', '1.4', { change: 'editorial' });

let fresh: FreshLedger;
let dataDir: string;
let options: LedgerOptions;
beforeEach(async () => {
  fresh = await freshLedger();
  dataDir = await mkdtemp(join(tmpdir(), 'samtycke-set-up-'));
  const ledger = await ensureLedger(fresh.pool, ORIGIN);
  options = { ledger, origin: ORIGIN, pool: fresh.pool, keys: personKeysOf(keyringFor(keyringPath(dataDir), ORIGIN)) };
});
afterEach(async () => {
  await fresh.close();
  await rm(dataDir, { recursive: true });
});

const setUp = () => setUpLedger({ dataDir, ledgerUrl: fresh.url, origin: ORIGIN, siteOrigins: ['http://127.0.0.1:8082'] });
const inForce = async () => readCatalogue(fresh.pool, options.ledger);

/** An operator's: a purpose of the shipped one is archived, and one is his own. */
function ownCatalogue(): Catalogue {
  const own = structuredClone(shipped);
  const [purpose] = own.purposes.filter(({ id }) => id === 'newsletter');
  if (!purpose) throw new Error('no newsletter');
  return { ...own, purposes: [...own.purposes, { ...purpose, id: 'club-letter' }], purposeStates: { newsletter: 'archived' } };
}

describe('setting up a ledger', () => {
  test('brings the shipped catalogue where there is none; again it changes nothing', async () => {
    await setUp();
    expect(await inForce()).toMatchObject({ sha256: catalogueHash(shipped) });
    const first = await inForce();
    await setUp();
    expect(await inForce()).toEqual(first);
  });

  test('leaves an operator’s own catalogue in force, and gives the site key its purposes', async () => {
    await setUp();
    const { sha256 } = await loadCatalogueInto(options, ownCatalogue());
    await setUp();
    expect(await inForce()).toMatchObject({ sha256 });
    const [site] = (await listKeys(fresh.pool, options.ledger)).filter(({ kind, revokedAt }) => kind === 'site' && !revokedAt);
    expect([...(site?.purposes ?? [])]).toContain('club-letter');
  });

  test('leaves an operator’s own that was there before any set-up', async () => {
    const { sha256 } = await loadCatalogueInto(options, ownCatalogue());
    await setUp();
    expect(await inForce()).toMatchObject({ sha256 });
  });
});

test('a set-up that finds no keyring for the ledger of its database makes none: it is to be put back', async () => {
  await setUp();
  await rm(keyringPath(dataDir));
  const keys = await listKeys(fresh.pool, options.ledger);
  await expect(setUp()).rejects.toThrow(/holds the ledgers? [^\n]*set-up\.example\.test\/ledger, and its keyring is not at [^\n]*: put it back/);
  expect(existsSync(keyringPath(dataDir))).toBe(false);
  expect(await listKeys(fresh.pool, options.ledger)).toEqual(keys);
});

describe('a newer catalogue that comes with Samtycke', () => {
  test('takes the place of one that came with it', async () => {
    await setUp();
    await shipCatalogue(options, newer);
    expect(await inForce()).toMatchObject({ sha256: catalogueHash(newer) });
  });

  test('takes the place of none that an operator loaded', async () => {
    await setUp();
    const { sha256 } = await loadCatalogueInto(options, ownCatalogue());
    await shipCatalogue(options, newer);
    expect(await inForce()).toMatchObject({ sha256 });
  });
});
