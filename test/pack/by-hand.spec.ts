import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import { verifyPack, type ChainInclusion, type Manifest, type Openings, parseStatement, parseVerifier, signStatement } from '#proof';
import { createKeyring, sha256, signerOf } from '#vault';
import { followedBy } from '../setup/follow.js';
import { packWorld, primitives, textIn, unpack, type PackWorld } from './world.js';

type Pack = Map<string, Uint8Array>;
/** The steps of the guide, by the order in which their blocks stand there. */
const STEPS = ['begin', 'signatures', 'files', 'chains', 'log', 'texts', 'evidence'];

let world: PackWorld;
let person: string;
let zip: Buffer;
let files: Pack;
const folders: string[] = [];

beforeAll(async () => {
  world = await packWorld();
  const worker = followedBy(world.api);
  person = await world.given();
  const merged = await world.given();
  for (const decision of ['withdraw', 'grant']) {
    await world.publish();
    await world.decide(person, decision);
  }
  await world.api.post(`/v1/people/${merged}/merge`, { into: person }, world.api.keys['people:write']).expect(200);
  await worker.follow();
  await world.given();
  await world.publish();
  await worker.close();
  zip = await world.fetchPack(person, '?open=all');
  files = unpack(zip);
});
afterAll(async () => {
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
  await world.close();
});

const blocks = (): string[] => [...textIn(files, 'VERIFY.md').matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);

/** Does what the guide says, in a folder with nothing but the pack: all steps, or the first and those that are named. Where Python would skip its assertions, too. */
function byHand(pack: Uint8Array, { key = world.trust.key, cosigner = world.trust.cosigner ?? '', only = STEPS }: { key?: string; cosigner?: string; only?: string[] } = {}): { code: number | null; said: string; wrong: string } {
  const folder = mkdtempSync(join(tmpdir(), 'samtycke-by-hand-'));
  folders.push(folder);
  writeFileSync(join(folder, 'pack.zip'), pack);
  const steps = blocks().filter((_, at) => at === 0 || only.includes(STEPS[at] ?? ''));
  const script = steps.join('').replace("KEY='<name>+<id>+<key>'", `KEY='${key}'`).replace("COSIGNER=''", `COSIGNER='${cosigner}'`);
  const { status, stdout, stderr } = spawnSync('bash', ['-e'], { cwd: folder, input: script, encoding: 'utf8', env: { ...process.env, PYTHONOPTIMIZE: '1' } });
  return { code: status, said: stdout, wrong: stderr };
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const hex = (of: Uint8Array): string => Buffer.from(sha256(of)).toString('hex');
const events = (): string => `events/${person}.ndjson`;
const changed = (change: (pack: Pack) => void): Pack => {
  const pack = new Map(files);
  change(pack);
  return pack;
};
const edited = (name: string, edit: (text: string) => string): Pack => changed((pack) => pack.set(name, bytes(edit(textIn(pack, name)))));
const zipped = (pack: Pack): Uint8Array => zipSync(Object.fromEntries(pack));

/** The same with manifest and statement made to fit by whoever has the log's key: what is left to find is what the log says. */
function signedAgain(pack: Pack): Pack {
  const manifest = JSON.parse(textIn(pack, 'manifest.json')) as Manifest;
  manifest.files = manifest.files.map((entry) => ({ ...entry, sha256: hex(pack.get(entry.name) ?? bytes('')), size: pack.get(entry.name)?.length ?? 0 }));
  const named = bytes(JSON.stringify(manifest));
  const statement = parseStatement(`${textIn(files, 'statement.txt').split('\n\n')[0]}\n`);
  const { verifier, privateKey } = world.api.fresh.keyring.log;
  return new Map(pack).set('manifest.json', named).set('statement.txt', bytes(signStatement({ ...statement, manifest: hex(named) }, parseVerifier(sha256, verifier), signerOf(privateKey))));
}

const inclusion = (change: (of: ChainInclusion['events'][number]) => void): Pack =>
  edited(`inclusion/${person}.json`, (text) => {
    const proven = JSON.parse(text) as ChainInclusion;
    for (const one of proven.events.slice(1, 2)) change(one);
    return JSON.stringify(proven);
  });
const opening = (): Openings['items'][number] => {
  const [item] = (JSON.parse(textIn(files, 'evidence/openings.json')) as Openings).items;
  if (!item) throw new Error('no evidence is opened');
  return item;
};
const another = <T>(list: T[]): T[] => [list[1] as T, list[0] as T, ...list.slice(2)];
const lines = (text: string, change: (all: string[]) => string[]): string => change(text.trimEnd().split('\n')).map((line) => `${line}\n`).join('');

describe('VERIFY.md, followed word for word by somebody who has the pack, Python and openssl', () => {
  test('shows of a pack that its signatures, files, chains, places in the log, texts and evidence hold', () => {
    expect(blocks()).toHaveLength(STEPS.length);
    const { code, said, wrong } = byHand(zip);
    expect({ code, wrong }).toEqual({ code: 0, wrong: '' });
    expect(said.match(/^Signature Verified Successfully$/gm)).toHaveLength(3);
    for (const { person: holder, events: count } of verifyPack(files, world.trust, primitives).statement?.chains ?? []) {
      expect(said).toContain(`ok: ${holder}: events 1 to ${count}, each names the hash of the one before`);
      expect(said).toContain(`ok: ${holder}: ${count} of ${count} stand in the log that was signed`);
    }
    expect(said).toMatch(/ok: texts: 1, meanings of purposes: \d+; each has the hash that the events name/);
    expect(said).toContain(`ok: ${(JSON.parse(textIn(files, 'evidence/openings.json')) as Openings).items.length} items of evidence are what the events committed to`);
    expect(said).toMatch(/seen by .*\/operator at 20\d\d-/);
  });

  test('needs no cosigner’s key, and says so of a pack in which no evidence is opened', async () => {
    const { code, said } = byHand(await world.fetchPack(person), { cosigner: '' });
    expect(code).toBe(0);
    expect(said).toContain('ok: no evidence is opened');
    expect(said.match(/^Signature Verified Successfully$/gm)).toHaveLength(2);
  });

  test('fails with another key, whoever’s the pack says that it is', () => {
    const other = createKeyring(world.api.fresh.keyring.origin);
    expect(byHand(zip, { key: other.log.verifier })).toMatchObject({ code: 1, wrong: expect.stringContaining('is not signed by the key') });
    expect(byHand(zip, { cosigner: other.cosigner?.verifier })).toMatchObject({ code: 1, wrong: expect.stringContaining('is not signed by the key') });
  });

  /** Each with the step that finds it alone, also where the keeper himself has signed it. */
  const TAMPERED: [what: string, step: string, pack: () => Pack][] = [
    ['a statement of fewer events', 'signatures', () => edited('statement.txt', (text) => text.replace(/events (\d+)/, (_, count) => `events ${Number(count) - 1}`))],
    ['a line that nobody signed below the statement', 'signatures', () => edited('statement.txt', (text) => `${text}manifest ${hex(bytes('forged'))}\n`)],
    ['a second statement below the first', 'signatures', () => edited('statement.txt', (text) => text.replace('\n\n', `\n\nmanifest ${hex(bytes('forged'))}\n\n`))],
    ['a checkpoint of another size', 'signatures', () => edited('checkpoint.txt', (text) => text.replace(/^\d+$/m, (size) => String(Number(size) + 1)))],
    ['a cosignature with another time', 'signatures', () => edited('checkpoint.txt', (text) => text.replace(/(operator \S{12})(.)/, (_, before, letter) => `${before}${letter === 'A' ? 'B' : 'A'}`))],
    ['a manifest that was not signed', 'files', () => edited('manifest.json', (text) => `${text}\n`)],
    ['a file that was added', 'files', () => changed((pack) => pack.set('notices/added.json', bytes('{}')))],
    ['a file that was added by the name of one that nobody names', 'files', () => changed((pack) => pack.set('notices/manifest.json', bytes('{}')))],
    ['a file that was left out', 'files', () => changed((pack) => pack.delete('about.json'))],
    ['a file that was changed', 'files', () => edited('about.json', (text) => text.replace('"format":1', '"format":2'))],
    ['an event with another collection point', 'chains', () => edited(events(), (text) => text.replace('site-footer', 'site-header'))],
    ['the last event changed', 'chains', () => edited(events(), (text) => lines(text, (all) => [...all.slice(0, -1), (all.at(-1) ?? '').replace('"recordedAt":"2', '"recordedAt":"3')]))],
    ['an event that was left out', 'chains', () => edited(events(), (text) => lines(text, (all) => [...all.slice(0, 1), ...all.slice(2)]))],
    ['the last event left out', 'chains', () => edited(events(), (text) => lines(text, (all) => all.slice(0, -1)))],
    ['events in another order', 'chains', () => edited(events(), (text) => lines(text, another))],
    ['another index', 'log', () => inclusion((one) => (one.index += 1))],
    ['an audit path with two hashes swapped', 'log', () => inclusion((one) => (one.hashes = another(one.hashes)))],
    ['an audit path that is too short', 'log', () => inclusion((one) => one.hashes.pop())],
    ['no audit path of an event', 'log', () => inclusion((one) => (one.seq = 99))],
    ['another tree in the checkpoint than in the statement', 'log', () => edited('checkpoint.txt', (text) => text.replace(/^\d+$/m, (size) => String(Number(size) + 1)))],
    ['another text than was shown', 'texts', () => edited('notices/newsletter-signup-1.3-sv.json', (text) => text.replace('nyhet', 'Nyhet'))],
    ['another meaning of the purpose', 'texts', () => edited([...files.keys()].find((name) => name.startsWith('definitions/')) ?? '', (text) => `${text} `)],
    ['another item of evidence', 'evidence', () => edited(opening().file, (text) => `${text}x`)],
    ['evidence of another kind', 'evidence', () => edited('evidence/openings.json', (text) => text.replace(`"kind":"${opening().kind}"`, '"kind":"text"'))],
  ];

  test.each(TAMPERED)('fails of %s, in the step about %s and in the whole', (_, step, pack) => {
    const tampered = pack();
    const differs = [...tampered].some(([name, now]) => Buffer.compare(now, files.get(name) ?? bytes('')) !== 0) || tampered.size !== files.size;
    expect(differs).toBe(true);
    for (const { code, said, wrong } of [byHand(zipped(tampered), { only: ['begin', step] }), byHand(zipped(tampered))]) {
      expect(code).toBe(1);
      expect(said + wrong).toMatch(/FALSE: |Signature Verification Failure/);
    }
    if (step === 'signatures' || step === 'files') return;
    expect(byHand(zipped(signedAgain(tampered))).code).toBe(1);
  });
});
