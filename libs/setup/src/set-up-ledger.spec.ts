import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { catalogueHash, loadCatalogue, type Catalogue } from '#catalogue';
import { listKeys } from '#access';
import { DatabaseBehind, readCatalogue, type LedgerOptions } from '#ledger';
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

const logDir = (): string => join(dataDir, 'transparency-log');
const setUp = () => setUpLedger({ dataDir, logDir: logDir(), ledgerUrl: fresh.url, origin: ORIGIN, siteOrigins: ['http://127.0.0.1:8082'] });
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

describe('a database that is behind the signed log', () => {
  /** Lays a checkpoint that commits to so many events where the relay leaves it. */
  async function signed(size: number): Promise<void> {
    await mkdir(logDir(), { recursive: true });
    await writeFile(join(logDir(), 'checkpoint'), `${ORIGIN}\n${size}\n${Buffer.alloc(32).toString('base64')}\n\n— ${ORIGIN} ${Buffer.alloc(68).toString('base64')}\n`);
  }
  const TABLES = ['events', 'purposes', 'notices', 'catalogues', 'shipped_catalogues', 'systems'];
  const rows = async () => Promise.all(TABLES.map(async (table) => Number((await fresh.pool.query<{ n: string }>(`SELECT count(*) AS n FROM ${table} WHERE ledger = $1`, [options.ledger])).rows[0]?.n)));

  test('gets no catalogue, is said to be recovered first, and is set up for the programs all the same; once it is recovered it gets one', async () => {
    await signed(5);
    const made = await setUp();
    expect(made).toMatchObject({ behind: expect.stringMatching(/is behind the log: it has 0 events, the newest checkpoint 5\..*samtycke recover/), siteKey: expect.any(String) });
    expect(await rows()).toEqual(TABLES.map(() => 0));
    expect(await setUp()).toEqual(made);
    await rm(logDir(), { recursive: true });
    expect((await setUp()).behind).toBeUndefined();
    expect(await inForce()).toMatchObject({ sha256: catalogueHash(shipped) });
    const [site] = (await listKeys(fresh.pool, options.ledger)).filter(({ kind, revokedAt }) => kind === 'site' && !revokedAt);
    expect([...(site?.purposes ?? [])]).toContain('newsletter');
  });

  test('gets no newer one either, nor anything that belongs to it', async () => {
    await setUp();
    const before = await rows();
    const behind = async (): Promise<void> => Promise.reject(new DatabaseBehind('behind'));
    await expect(shipCatalogue({ ...options, mayWrite: behind }, newer)).rejects.toThrow('behind');
    await expect(loadCatalogueInto({ ...options, mayWrite: behind }, newer)).rejects.toThrow('behind');
    expect(await rows()).toEqual(before);
  });
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
