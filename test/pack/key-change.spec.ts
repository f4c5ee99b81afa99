import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compactVerify, createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import { packFiles, preparePack } from '#evidence-pack';
import { LogFolder } from '#log-folder';
import { knownFromPack, parseStatement, parseVerifier, signKeyChange, signStatement, verifyEvent, verifyPack, type EventProof, type Manifest, type PackFiles, type Statement, type Trust } from '#proof';
import { rotateSigning, SigningKeys } from '#rotation';
import { createKeyring, readKeyring, sha256, signerOf, type SigningKey } from '#vault';
import { packWorld, primitives, textIn, WHY, type PackWorld } from './world.js';

const MONTH_SECONDS = 31 * 86_400;
const scratch = mkdtempSync(join(tmpdir(), 'samtycke-key-change-'));
const file = join(scratch, 'keyring.json');

let world: PackWorld;
let person: string;
let receipt: string;
let jws: string;
let [before, during, after]: Map<string, Uint8Array>[] = [];
let proof: { checkpoint: string; key: string; events: EventProof[] };
let [old, next]: SigningKey[] = [];
let later = 0;

const nameOf = ({ verifier }: SigningKey): string => verifier.split('+', 2).join('+');
const jwsOf = async (id: string): Promise<string> => {
  const answer = await world.api.get(`/v1/receipts/${id}?format=jose`, world.api.keys['audit:read'], WHY).expect(200);
  return answer.text ?? (answer.body as Buffer).toString();
};

/** The pack that the api would send a month after the change. */
async function packLater(): Promise<Map<string, Uint8Array>> {
  const { fresh, logDir } = world.api;
  const keys = new SigningKeys({ pool: fresh.pool, ledger: fresh.id, keyring: readKeyring(file) });
  const signing = { at: (role: 'log' | 'cosigner', seconds: number) => keys.at(role, seconds + MONTH_SECONDS) };
  const content = await preparePack({ pool: fresh.pool, ledger: fresh.id, origin: fresh.keyring.origin, keys: fresh.keys, folder: new LogFolder(logDir), signing }, { person, open: [] });
  const files = new Map<string, Uint8Array>();
  for await (const { name, bytes } of packFiles(content)) files.set(name, bytes);
  return files;
}

beforeAll(async () => {
  world = await packWorld({
    keyringOf: (ring) => {
      writeFileSync(file, JSON.stringify(ring), { mode: 0o600 });
      return readKeyring(file);
    },
    clock: () => Date.now() + later,
  });
  const { pool, id: ledger, keyring } = world.api.fresh;
  old = keyring.log;
  person = await world.given();
  const { body } = await world.api.post('/v1/consents', { subject: { person }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }, world.api.keys['consents:write']).expect(201);
  receipt = body.receipt;
  await world.publish();
  before = await world.filesOf(person);
  jws = await jwsOf(receipt);
  await rotateSigning({ pool, ledger, keyring: file, role: 'log' });
  next = readKeyring(file).log;
  await world.decide(person, 'grant');
  await world.publish();
  during = await world.filesOf(person);
  proof = (await world.api.get(`/v1/people/${person}/proof?format=json`, world.api.keys['audit:read'], WHY).expect(200)).body;
  later = MONTH_SECONDS * 1_000;
  await world.decide(person, 'withdraw');
  await world.publish();
  after = await packLater();
});
afterAll(async () => {
  await world.close();
  rmSync(scratch, { recursive: true });
});

const check = (files: PackFiles | undefined, ...keys: (SigningKey | undefined)[]) => look(files, { key: keys.map((one) => one?.verifier).join('\n') });
function look(files: PackFiles | undefined, trust: Trust): { holds: boolean; told: string } {
  const { holds, findings } = verifyPack(files ?? new Map(), { cosigner: world.trust.cosigner, ...trust }, primitives);
  return { holds, told: findings.map(({ state, text }) => `${state} ${text}`).join('\n') };
}
const bytes = (text: string): Uint8Array => Buffer.from(text);
const hex = (of: Uint8Array): string => Buffer.from(sha256(of)).toString('hex');

/** The pack with a file changed, added or left out, manifest and statement made to fit by whoever holds `key`. */
function remade(files: PackFiles, name: string, text: string | undefined, key: SigningKey, stated: Partial<Statement> = {}): PackFiles {
  const pack = new Map(files);
  const manifest = JSON.parse(textIn(pack, 'manifest.json')) as Manifest;
  manifest.files = manifest.files.filter((entry) => entry.name !== name);
  pack.delete(name);
  if (text !== undefined) {
    pack.set(name, bytes(text));
    manifest.files.push({ name, what: '', sha256: hex(bytes(text)), size: bytes(text).length });
  }
  pack.set('manifest.json', bytes(JSON.stringify(manifest)));
  const statement = { ...parseStatement(`${textIn(files, 'statement.txt').split('\n\n')[0]}\n`), manifest: hex(pack.get('manifest.json') ?? bytes('')), ...stated };
  return pack.set('statement.txt', bytes(signStatement(statement, parseVerifier(sha256, key.verifier), signerOf(key.privateKey))));
}

describe('a pack, and a change of the log’s key', () => {
  test('made before it verifies with the old key for ever, and with both', () => {
    expect(before?.has('keys/changes.ndjson')).toBe(false);
    expect(check(before, old)).toMatchObject({ holds: true });
    expect(check(before, next, old)).toMatchObject({ holds: true });
    expect(check(before, next).holds).toBe(false);
  });

  test('made within 30 days of it verifies with either key, and tells him who has the old one only which follows', () => {
    const byOld = check(during, old);
    expect(byOld.holds).toBe(true);
    expect(byOld.told).toContain(`holds the key ${nameOf(old as SigningKey)} was followed on ${new Date().toISOString().slice(0, 10)} by ${next?.verifier}, signed by it`);
    expect(byOld.told).toContain(`open what is signed only by ${nameOf(next as SigningKey)} is not trusted by that`);
    expect(check(during, old, next)).toEqual({ holds: true, told: expect.not.stringContaining('is not trusted by that') });
  });

  test('verifies with the new key alone: what the old one signed before is shown to be the beginning, and its signature said not to be checked', () => {
    for (const pack of [during, after]) {
      const { holds, told } = check(pack, next);
      expect([holds, told]).toEqual([true, expect.stringContaining('by a key that it followed and that you did not give: their signatures are not checked')]);
    }
  });

  test('is held with the new key alone against a checkpoint that was kept from before, whose signature is said not to be checked', () => {
    const kept = textIn(before ?? new Map(), 'checkpoint.txt');
    const trust = { key: next?.verifier ?? '', checkpoints: [kept] };
    for (const pack of [during, after]) {
      const { holds, told } = look(pack, trust);
      expect([holds, told]).toEqual([true, expect.stringMatching(/open the kept checkpoint over (\d+) events is signed by a key that yours followed and that you did not give[^]*holds the log of \1 events that you kept is the beginning of this one/)]);
    }
    const rewritten = kept.split('\n').map((line, row) => (row === 2 ? Buffer.alloc(32).toString('base64') : line)).join('\n');
    expect(look(after, { ...trust, checkpoints: [rewritten] })).toEqual({ holds: false, told: expect.stringContaining('history was rewritten') });
  });

  test('is held with the new key alone against events known from before, where their log is shown to be the beginning', () => {
    const known = knownFromPack(before ?? new Map());
    const trust = { key: next?.verifier ?? '' };
    for (const pack of [during, after]) {
      const { holds, told } = look(pack, { ...trust, known: [known] });
      expect([holds, told]).toEqual([true, expect.stringMatching(/open the checkpoint of the events that you know of, over (\d+) events, is signed by a key that yours followed[^]*holds the log of \1 events, in which those that you know of stand, is the beginning of this one[^]*holds the 2 events that you know of/)]);
    }
    const root = (text: string): string => known.checkpoint.split('\n').map((line, row) => (row === 2 ? text : line)).join('\n');
    expect(look(after, { ...trust, known: [{ ...known, checkpoint: root(Buffer.alloc(32).toString('base64')) }] })).toEqual({ holds: false, told: expect.stringContaining('history was rewritten') });
    const unspoken = known.checkpoint.split('\n').map((line, row) => (row === 1 ? '1' : line)).join('\n');
    const { holds, told } = look(after, { ...trust, known: [{ ...known, checkpoint: unspoken }] });
    expect([holds, told]).toEqual([true, expect.stringContaining('open the 2 events that you know of were not looked at')]);
    expect(told).not.toContain('do not contradict');
  });

  test('made later fails with the old key alone, in plain words, and holds where signed changes are followed because that was asked for', () => {
    const byOld = check(after, old);
    expect(byOld.holds).toBe(false);
    expect(byOld.told).toContain('fails statement.txt: the statement is not signed by the key of');
    expect(byOld.told).toContain(`by ${next?.verifier}, signed by it`);
    expect(byOld.told).toContain('give the newer key too, from a source that you trust');
    expect(look(after, { key: old?.verifier ?? '', followKeyChanges: true })).toEqual({ holds: true, told: expect.not.stringContaining('fails') });
    expect(check(after, old, next)).toMatchObject({ holds: true });
  });

  test('forged with a change that an attacker signed names it, asked to follow or not, and believes nothing of his', () => {
    const { origin } = world.api.fresh.keyring;
    const evil = createKeyring(origin).log;
    const [line = ''] = textIn(after ?? new Map(), 'keys/changes.ndjson').split('\n');
    const forge = (by: SigningKey, id: SigningKey): string => {
      const fact = signKeyChange({ ledger: origin, role: 'log', to: parseVerifier(sha256, evil.verifier) }, parseVerifier(sha256, id.verifier), signerOf(by.privateKey));
      return JSON.stringify({ ...JSON.parse(line), fact });
    };
    for (const change of [forge(evil, evil), forge(evil, old as SigningKey), forge(evil, next as SigningKey)]) {
      for (const text of [`${change}\n`, `${line}\n${change}\n`, `${change}\n${line}\n`]) {
        const pack = remade(after ?? new Map(), 'keys/changes.ndjson', text, evil);
        const { holds, told } = look(pack, { key: old?.verifier ?? '', followKeyChanges: true });
        expect([holds, told]).toEqual([false, expect.stringContaining(`fails the change to the key ${nameOf(evil)}`)]);
        expect(verifyPack(pack, { key: old?.verifier ?? '', followKeyChanges: true }, primitives).events).toEqual([]);
      }
    }
  });

  test('signed after it by the replaced key alone is refused, with the change in the pack and without, whichever keys are given', () => {
    const changes = 'keys/changes.ndjson';
    for (const pack of [during, after]) {
      const events = textIn(pack ?? new Map(), `events/${person}.ndjson`).split('\n');
      const [first = ''] = events;
      const cut = { madeAt: '2027-06-01T00:00:00.000000Z', chains: [{ person, kind: 'person', events: 1, last: hex(Buffer.concat([Buffer.of(0), bytes(first)])) }] };
      const inclusion = JSON.parse(textIn(pack ?? new Map(), `inclusion/${person}.json`)) as { events: object[] };
      const less = remade(remade(pack ?? new Map(), `events/${person}.ndjson`, `${first}\n`, old as SigningKey), `inclusion/${person}.json`, JSON.stringify({ events: inclusion.events.slice(0, 1) }), old as SigningKey, cut);
      const bare = remade(less, changes, undefined, old as SigningKey, cut);
      const given = [[bare, old, next], [less, old, next], ...(pack === during ? [[less, old]] : [])] as [PackFiles, ...SigningKey[]][];
      for (const [files, ...keys] of given) expect(check(files, ...keys)).toEqual({ holds: false, told: expect.stringContaining(`the statement is not signed by ${nameOf(next as SigningKey)}`) });
      expect(look(less, { key: old?.verifier ?? '', followKeyChanges: true })).toEqual({ holds: false, told: expect.stringContaining('a key that was replaced signs alone') });
    }
  });

  test('cut by a thief of the replaced key, who changes it to a key of his own, is refused by whoever has the new one: that signed a checkpoint of it', () => {
    const { origin } = world.api.fresh.keyring;
    const [thief, stolen] = [createKeyring(origin).log, old as SigningKey];
    for (const pack of [during, after]) {
      const line = textIn(pack ?? new Map(), 'keys/changes.ndjson').split('\n')[0] ?? '';
      const fact = signKeyChange({ ledger: origin, role: 'log', to: parseVerifier(sha256, thief.verifier) }, parseVerifier(sha256, stolen.verifier), signerOf(stolen.privateKey));
      const [first = ''] = textIn(pack ?? new Map(), `events/${person}.ndjson`).split('\n');
      const cut = { madeAt: '2027-06-01T00:00:00.000000Z', chains: [{ person, kind: 'person', events: 1, last: hex(Buffer.concat([Buffer.of(0), bytes(first)])) }] };
      const inclusion = JSON.parse(textIn(pack ?? new Map(), `inclusion/${person}.json`)) as { events: object[] };
      const less = remade(remade(pack ?? new Map(), `events/${person}.ndjson`, `${first}\n`, stolen), `inclusion/${person}.json`, JSON.stringify({ events: inclusion.events.slice(0, 1) }), stolen, cut);
      const [byOld, byThief] = [stolen, thief].map((key) => remade(less, 'keys/changes.ndjson', `${JSON.stringify({ ...JSON.parse(line), fact })}\n`, key, cut));
      const signatures = textIn(byThief ?? new Map(), 'statement.txt').split('\n\n').at(-1) ?? '';
      const forged = new Map(byOld).set('statement.txt', bytes(textIn(byOld ?? new Map(), 'statement.txt') + signatures));
      expect(check(forged, old, next)).toEqual({ holds: false, told: expect.stringContaining(`the statement is not signed by ${nameOf(next as SigningKey)}, which signed a checkpoint of this pack before`) });
    }
  });

  test('of before it tells him who has the new key only that another key signed, and him who has both what the pack cannot show', () => {
    const byNew = check(before, next);
    expect(byNew.told).toContain(`says to be by another key of that name, ${nameOf(old as SigningKey)}`);
    expect(byNew.told).toContain('give it, too, from a source that you trust');
    expect(check(before, next, old).told).toContain(`open the statement is signed by ${nameOf(old as SigningKey)} alone`);
    expect(check(before, old).told).not.toContain('alone');
  });

  test('with a file of changes that is none says so and throws nothing', () => {
    for (const text of ['x\n', '{}\n', 'null\n', '{"type":"key-changed"}\n', `${JSON.stringify({ type: 'key-changed', person: '00000000-0000-0000-0000-000000000000', purpose: '~ledger', ledger: world.api.fresh.keyring.origin, recordedAt: 'x', fact: null })}\n`]) {
      expect(check(remade(after ?? new Map(), 'keys/changes.ndjson', text, next as SigningKey), old, next)).toEqual({ holds: false, told: expect.stringContaining('fails keys/changes.ndjson') });
    }
  });
});

test('the proofs as JSON name the newest key that signed their checkpoint', () => {
  expect(proof.key).toBe(next?.verifier);
  expect(proof.events.every((one) => verifyEvent(one, proof.checkpoint, proof.key, primitives))).toBe(true);
});

test('a receipt from before verifies with the published keys as one from after does, which the new key signs', async () => {
  const { body: keys } = await world.api.get('/.well-known/jwks.json').expect(200);
  const set = createLocalJWKSet(keys as JSONWebKeySet);
  expect((keys as JSONWebKeySet).keys.map(({ kid }) => kid)).toEqual([nameOf(next as SigningKey), nameOf(old as SigningKey)]);
  for (const key of (keys as JSONWebKeySet).keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  expect(decodeProtectedHeader(jws).kid).toBe(nameOf(old as SigningKey));
  const again = await jwsOf(receipt);
  expect(decodeProtectedHeader(again).kid).toBe(nameOf(next as SigningKey));
  const payloads = await Promise.all([jws, again].map(async (one) => Buffer.from((await compactVerify(one, set)).payload).toString()));
  expect(payloads[0]).toBe(payloads[1]);
});
