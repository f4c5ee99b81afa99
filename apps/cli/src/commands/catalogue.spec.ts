import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Command } from 'commander';
import { loadCatalogue, type Catalogue } from '#catalogue';
import { changeConsent, newHolderId, uuidv7 } from '#ledger';
import { freshLedger, nextVersion, type FreshLedger } from '#testing';
import { keyringPath } from '#vault';
import { catalogueCommand } from './catalogue.js';

const first = loadCatalogue();
const FROM = '2031-05-01T00:00:00.000000Z';
const folder = mkdtempSync(join(tmpdir(), 'samtycke-cli-'));
const saved = { ...process.env };
let said: string[] = [];

let fresh: FreshLedger;
beforeAll(async () => {
  fresh = await freshLedger();
  writeFileSync(keyringPath(folder), JSON.stringify(fresh.keyring), { mode: 0o600 });
  Object.assign(process.env, { DATABASE_URL: fresh.url, SAMTYCKE_DATA: folder });
  const purpose = fresh.catalogue.purposes.get('newsletter');
  if (!purpose) throw new Error('no purpose');
  const notice = fresh.catalogue.notices.get('newsletter-signup\n1.3\nsv');
  const give = () => changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person: newHolderId(), kind: 'person' }], wishes: [{ purpose, decision: 'grant' }], actor: { kind: 'system', id: 'crm' }, notice, evidence: {} }));
  await Promise.all([give(), give(), give()]);
});
afterAll(async () => {
  process.env = saved;
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
  await fresh.close();
});
beforeEach(() => {
  said = [];
  jest.spyOn(console, 'log').mockImplementation((text: unknown) => void said.push(String(text)));
});

async function samtycke(...args: string[]): Promise<string> {
  const program = new Command('samtycke').exitOverride();
  catalogueCommand(program);
  await program.parseAsync(args, { from: 'user' });
  return said.join('\n');
}

function file(catalogue: Catalogue): string {
  const path = join(folder, 'catalogue.json');
  writeFileSync(path, JSON.stringify(catalogue));
  return path;
}

const catalogues = async (): Promise<number> => (await fresh.pool.query('SELECT 1 FROM catalogues')).rowCount ?? 0;

test('catalogue load --dry-run tells how many consents a material change withdraws and when, and writes nothing', async () => {
  const out = await samtycke('catalogue', 'load', file(nextVersion(first, 'newsletter-signup', '1.4', { change: 'material', from: FROM })), '--dry-run');
  expect(out).toContain('Nothing was written.');
  expect(out).toContain(`newsletter-signup 1.4: a material change; what is not renewed under it is withdrawn from ${FROM} on.`);
  expect(out).toContain('3 consents of 3 people and devices stand under an older version.');
  expect(out).toMatch(/newsletter\s+3/);
  expect(await catalogues()).toBe(1);
});

test('catalogue load loads one JSON file; catalogue impact then says the same of the version that is published', async () => {
  const out = await samtycke('catalogue', 'load', file(nextVersion(first, 'newsletter-signup', '1.4', { change: 'material', from: FROM })));
  expect(out).toMatch(/^Loaded catalogue [0-9a-f]{64} with 3 new notices\./);
  expect(await catalogues()).toBe(2);
  said = [];
  expect(await samtycke('catalogue', 'impact', 'newsletter-signup', '1.4')).toContain(`withdrawn from ${FROM} on.\n  3 consents of 3 people and devices`);
});

test('catalogue impact of a version that is yet to come counts what stands now', async () => {
  expect(await samtycke('catalogue', 'impact', 'newsletter-signup', '2.0')).toContain('not published; as a material change it would withdraw');
});

test('catalogue impact of a notice that was never published is no answer of nought: the name is wrong, or nothing can stand under it', async () => {
  await expect(samtycke('catalogue', 'impact', 'newsleter-signup', '2.0')).rejects.toThrow(/^no version of newsleter-signup was ever published, so nothing stands under it; there are .*newsletter-signup/);
  expect(said).toEqual([]);
});

test('catalogue load tells which names change, before and when it is loaded', async () => {
  const next = nextVersion(first, 'newsletter-signup', '1.4', { change: 'material', from: FROM });
  next.controllers = next.controllers.map((one) => (one.id === 'advansor-as' ? { ...one, name: 'Somebody Else A/S' } : one));
  next.texts.purposes.newsletter = { ...next.texts.purposes.newsletter, sv: { title: 'Något annat', summary: 'x' } };
  const renamed = [/^controller advansor-as: another name, “.*” becomes “Somebody Else A\/S, .*”; receipts of before keep the old one\.$/m, /^purposes newsletter \(sv\): another name, “Nyhetsbrev” becomes “Något annat”/m];
  const path = file(next);
  for (const line of renamed) expect(await samtycke('catalogue', 'load', path, '--dry-run')).toMatch(line);
  said = [];
  const out = await samtycke('catalogue', 'load', path);
  for (const line of renamed) expect(out).toMatch(line);
});

test('catalogue load takes an operator’s own catalogue away for the one that comes with Samtycke only where that is said', async () => {
  const before = await catalogues();
  await expect(samtycke('catalogue', 'load')).rejects.toThrow('another catalogue is in force');
  await expect(samtycke('catalogue', 'load', '--dry-run')).rejects.toThrow('another catalogue is in force');
  expect(await catalogues()).toBe(before);
});

test('a version that does not say what it changes is refused with the reason', async () => {
  await expect(samtycke('catalogue', 'load', file(nextVersion(first, 'newsletter-signup', '1.5', {})))).rejects.toThrow('editorial or material');
  expect(await catalogues()).toBe(3);
});

describe('catalogue load without the keyring of the ledger that the database holds', () => {
  const elsewhere = join(folder, 'elsewhere');
  const origins = async (): Promise<string[]> => (await fresh.pool.query<{ origin: string }>('SELECT origin FROM ledgers ORDER BY id')).rows.map(({ origin }) => origin);
  beforeEach(() => void (process.env.SAMTYCKE_DATA = elsewhere));
  afterAll(() => void (process.env.SAMTYCKE_DATA = folder));

  test('is refused, and begins no second ledger, also where SAMTYCKE_ORIGIN names one', async () => {
    for (const name of [undefined, 'other.example.test/ledger']) {
      if (name !== undefined) process.env.SAMTYCKE_ORIGIN = name;
      await expect(samtycke('catalogue', 'load', file(first))).rejects.toThrow(`this database holds the ledger ${fresh.keyring.origin}, and its keyring is not at ${keyringPath(elsewhere)}: put it back`);
    }
    delete process.env.SAMTYCKE_ORIGIN;
    expect([await origins(), existsSync(elsewhere)]).toEqual([[fresh.keyring.origin], false]);
  });

  test('begins a second one where --origin names it', async () => {
    await samtycke('catalogue', 'load', file(first), '--origin', 'other.example.test/ledger');
    expect(await origins()).toEqual([fresh.keyring.origin, 'other.example.test/ledger']);
  });
});
