import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findPeople } from '#ledger';
import { freshLedger, type FreshLedger } from '#testing';
import { identityOf, formerRequestOf, requestOf } from './file-identity.js';
import { importFile, type ImportFile, type ImportResult } from './import-file.js';
import type { Mapping } from './mapping.js';

let fresh: FreshLedger;
let folder: string;
let files = 0;
beforeAll(async () => {
  fresh = await freshLedger();
  folder = mkdtempSync(join(tmpdir(), 'samtycke-import-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await fresh.close();
});

const WORDS = { decision: { Ja: 'grant', Nej: 'withdraw' } };
const SHOWN = { 'notice.id': 'newsletter-signup', 'notice.version': '1.3', 'notice.locale': 'sv', 'capture.method': 'form', channels: 'email' } as const;
const mappingFor = (purpose: string, decision: string): Mapping => ({ columns: { email: 'E-post', decision, occurredAt: 'Datum' }, constants: { ...SHOWN, purpose }, values: WORDS });
const NEWSLETTER = mappingFor('newsletter', 'Nyhetsbrev');
const RESEARCH = mappingFor('market-research', 'Undersökning');

function fileOf(...rows: string[]): string {
  const path = join(folder, `${(files += 1)}.csv`);
  writeFileSync(path, `E-post;Nyhetsbrev;Undersökning;Datum\n${rows.join('\n')}\n`);
  return path;
}
const someone = (): string => `both.${(files += 1)}@example.se`;
const rowOf = (email: string, newsletter: string, research: string): string => `${email};${newsletter};${research};2024-03-05T10:00:00Z`;
const run = (path: string, mapping: Mapping, more: Partial<ImportFile> = {}): Promise<ImportResult> =>
  importFile({ pool: fresh.pool, ledger: fresh.id, keyring: fresh.keyring }, { path, mapping, system: 'old-crm', by: 'a test', reportPath: `${path}.refused.csv`, ...more });

async function personOf(email: string): Promise<string> {
  const [holder] = await findPeople({ reader: fresh.reader, lookupKeys: fresh.lookupKeys }, { identifiers: [{ kind: 'email', value: email }] });
  return holder?.person ?? '';
}
const statusOf = async (email: string, purpose: string) => (await fresh.reader.heads.load({ person: await personOf(email), purpose }))?.status;
const eventsOf = async (email: string) => (await fresh.pool.query('SELECT purpose, type FROM events WHERE ledger = $1 AND person = $2 ORDER BY seq', [fresh.id, await personOf(email)])).rows;

/** Makes an import what a version without purposes in its requests would have left of it. */
async function asOfOld(path: string): Promise<void> {
  const identity = await identityOf(path, Buffer.from(fresh.keyring.idempotency, 'base64'));
  await fresh.pool.query(`UPDATE imports SET purpose = '', mapping = NULL WHERE ledger = $1 AND file = $2`, [fresh.id, identity]);
  for (const row of [0, 1]) {
    const requests = [formerRequestOf(identity, row), requestOf(identity, row, 'newsletter')];
    await fresh.pool.query('UPDATE events SET request = $1 WHERE ledger = $3 AND request = $2', [...requests, fresh.id]);
  }
}

test('a file that is brought in for a second purpose is another import: every row of it counts for that purpose too', async () => {
  const [one, other] = [someone(), someone()];
  const path = fileOf(rowOf(one, 'Ja', 'Nej'), rowOf(other, 'Nej', 'Nej'));
  expect((await run(path, NEWSLETTER)).tally.applied).toBe(2);
  expect(await run(path, RESEARCH)).toMatchObject({ finishedBefore: false, tally: { applied: 2, refused: 0 } });
  expect(await eventsOf(one)).toEqual([{ purpose: 'newsletter', type: 'consent-granted' }, { purpose: 'market-research', type: 'consent-withdrawn' }]);
  expect(await statusOf(other, 'market-research')).toBe('withdrawn');
  for (const mapping of [NEWSLETTER, RESEARCH]) {
    expect(await run(path, mapping)).toMatchObject({ finishedBefore: true, tally: { applied: 2 } });
    expect((await run(path, mapping, { again: true })).tally.applied).toBe(2);
  }
  expect(await eventsOf(one)).toHaveLength(2);
});

test('a word for empty cells makes no other import of a file whose rows name their purpose', async () => {
  const email = someone();
  const path = join(folder, `${(files += 1)}.csv`);
  writeFileSync(path, `E-post;purpose;Datum\n${email};newsletter;2024-03-05T10:00:00Z\n`);
  const plain: Mapping = { columns: { email: 'E-post', occurredAt: 'Datum' }, constants: { decision: 'withdraw' } };
  await run(path, plain);
  const filled = { ...plain, constants: { ...plain.constants, purpose: 'newsletter' } };
  await expect(run(path, filled)).rejects.toThrow('--again');
  expect((await run(path, filled, { again: true })).tally.applied).toBe(1);
  expect(await eventsOf(email)).toHaveLength(1);
});

test('a row of NDJSON that names its purpose is of that one, whichever purpose the other rows are brought in for, and is taken once', async () => {
  const [one, other] = [someone(), someone()];
  const path = join(folder, `${(files += 1)}.ndjson`);
  const said = { decision: 'withdraw', occurredAt: '2024-03-05T10:00:00Z' };
  writeFileSync(path, [{ ...said, email: one }, { ...said, email: other, purpose: 'market-research' }].map((row) => JSON.stringify(row)).join('\n'));
  for (const purpose of ['newsletter', 'electronic-marketing']) expect((await run(path, { constants: { purpose } })).tally).toMatchObject({ refused: 0 });
  expect((await eventsOf(one)).map(({ purpose }) => purpose)).toEqual(['newsletter', 'electronic-marketing']);
  expect((await eventsOf(other)).map(({ purpose }) => purpose)).toEqual(['market-research']);
});

test('rows that name their purpose themselves are each of the purpose that the mapping in use reads, also when it reads another column', async () => {
  const email = someone();
  const path = join(folder, `${(files += 1)}.csv`);
  writeFileSync(path, `E-post;A;B;Datum\n${email};newsletter;market-research;2024-03-05T10:00:00Z\n`);
  const reading = (purpose: string): Mapping => ({ columns: { email: 'E-post', purpose, occurredAt: 'Datum' }, constants: { decision: 'withdraw' } });
  await run(path, reading('A'));
  await expect(run(path, reading('B'))).rejects.toThrow('--again');
  expect((await run(path, reading('B'), { again: true })).tally.applied).toBe(1);
  expect((await eventsOf(email)).map(({ purpose }) => purpose)).toEqual(['newsletter', 'market-research']);
});

test.each([
  ['another mapping', { mapping: mappingFor('newsletter', 'Undersökning') }],
  ['another system', { system: 'new-crm' }],
])('%s for the same file and purpose is refused in one sentence, and stops no run that is under way', async (_, more) => {
  const email = someone();
  const path = fileOf(rowOf(email, 'Ja', 'Nej'), rowOf(someone(), 'Ja', 'Nej'));
  let refused: Promise<unknown> | undefined;
  const onStep = (): void => void (refused ??= expect(run(path, NEWSLETTER, more)).rejects.toThrow(/^this file was begun with another mapping or system[^\n]*--again/));
  expect((await run(path, NEWSLETTER, { segment: 1, onStep })).tally.applied).toBe(2);
  await refused;
  expect(await statusOf(email, 'newsletter')).toBe('given');
});

test('with `again` a row that was taken as something else than it says now is refused, and not told to be applied', async () => {
  const [one, other, late] = [someone(), someone(), someone()];
  const path = fileOf(rowOf(one, 'Ja', 'Nej'), rowOf(other, 'Nej', 'Nej'), `${late};Nej;Nej;2024-05-05T10:00:00Z`);
  await run(path, NEWSLETTER);
  const mended = await run(path, mappingFor('newsletter', 'Undersökning'), { again: true });
  expect(mended.tally).toMatchObject({ applied: 2, refused: 1 });
  expect(readFileSync(`${path}.refused.csv`, 'utf8')).toMatch(/^line,code,reason\n2,taken_otherwise,[^\n]*\n$/);
  const { columns, ...rest } = NEWSLETTER;
  const timed = await run(path, { ...rest, columns: { ...columns, occurredAt: 'Nyhetsbrev' }, values: { ...WORDS, occurredAt: { Ja: '2024-03-05T10:00:00Z', Nej: '2024-03-05T10:00:00Z' } } }, { again: true });
  expect([timed.tally.refused, readFileSync(`${path}.refused.csv`, 'utf8')]).toEqual([1, expect.stringMatching(/\n4,taken_otherwise,/)]);
  expect(await eventsOf(one)).toHaveLength(1);
});

test('rows that an earlier version imported are recognised, and count for their own purpose only', async () => {
  const [one, other] = [someone(), someone()];
  const path = fileOf(rowOf(one, 'Ja', 'Nej'), rowOf(other, 'Nej', 'Nej'));
  await run(path, NEWSLETTER);
  await asOfOld(path);
  expect(await run(path, NEWSLETTER)).toMatchObject({ finishedBefore: false, tally: { applied: 2 } });
  expect((await run(path, RESEARCH)).tally.applied).toBe(2);
  for (const email of [one, other]) expect((await eventsOf(email)).map(({ purpose }) => purpose)).toEqual(['newsletter', 'market-research']);
  expect(await run(path, NEWSLETTER)).toMatchObject({ finishedBefore: true });
});
