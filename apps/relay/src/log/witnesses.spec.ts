import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { changeConsent, newHolderId, uuidv7 } from '#ledger';
import { LogFolder } from '#log-folder';
import { Bell, Lease, sequencePage, type Term } from '#outbox';
import { cosign, cosignedAt, fromBase64, openCheckpoint, parseNote, parseVerifier, signaturesOf, verifyConsistency } from '#proof';
import { freshLedger, until, type FreshLedger } from '#testing';
import { checkEd25519, createKeyring, sha256, signerOf, type SigningKey } from '#vault';
import { CheckpointWriter } from './checkpoint-writer.js';
import { gatherCosignatures } from './gather-cosignatures.js';
import { readWitnesses } from './witnesses.js';

let fresh: FreshLedger;
let root: string;
let fencing: string;
let folder: LogFolder;
let writer: CheckpointWriter;
let over: AbortController;
let gathering: Promise<unknown>;
let published: Bell[];
const servers: Server[] = [];
const told: { level: number; msg: string; reason?: string }[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void told.push(JSON.parse(line) as (typeof told)[number]) });

const ringAll = (): void => published.forEach((bell) => bell.ring());

beforeEach(async () => {
  told.length = 0;
  fresh = await freshLedger();
  root = await mkdtemp(join(tmpdir(), 'samtycke-witness-'));
  folder = new LogFolder(root);
  fencing = (await new Lease(fresh.pool, fresh.id, 'relay', newHolderId()).take())?.fencing ?? '';
  writer = new CheckpointWriter({ pool: fresh.pool, ledger: fresh.id, folder, keyring: fresh.keyring, clock: Date.now });
  over = new AbortController();
  published = [];
  gathering = Promise.resolve();
});
afterEach(async () => {
  over.abort();
  ringAll();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  await gathering;
  await fresh.close();
  await rm(root, { recursive: true });
});

const cosignerOf = (origin: string): SigningKey => createKeyring(origin).cosigner as SigningKey;
const key = cosignerOf('witness.example/w1');
const verifier = parseVerifier(sha256, key.verifier);

/** A witness as C2SP tlog-witness has it: one origin, its log's key, and the checkpoint that it saw last. */
class OutsideWitness {
  seen = { size: 0, root: sha256() as Uint8Array };
  asked: string[] = [];
  answer?: (response: ServerResponse, note: string) => void;

  handle(body: string, response: ServerResponse): void {
    this.asked.push(body);
    const end = body.indexOf('\n\n');
    const [old = '', ...proof] = body.slice(0, end).split('\n');
    const note = body.slice(end + 2);
    if (this.answer) return this.answer(response, note);
    const { size, root: newRoot, note: opened } = openCheckpoint(note, parseVerifier(sha256, fresh.keyring.log.verifier), checkEd25519);
    if (old !== `old ${this.seen.size}`) return void response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end(`${this.seen.size}\n`);
    const hashes = proof.map((line) => fromBase64(line) as Uint8Array);
    const grew = this.seen.size === 0 ? hashes.length === 0 : verifyConsistency(sha256, { first: this.seen, second: { size, root: newRoot }, proof: hashes });
    if (!grew) return void response.writeHead(422).end();
    this.seen = { size, root: newRoot };
    response.writeHead(200).end(cosign(opened.text, Math.floor(Date.now() / 1_000), verifier, signerOf(key.privateKey)));
  }
}

async function serve(witness: OutsideWitness): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text)).on('end', () => (request.url === '/w/add-checkpoint' ? witness.handle(body, response) : response.writeHead(404).end()));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/w`;
}

/** Some events with their indices, and a checkpoint over them. */
async function grow(count: number): Promise<void> {
  const purpose = fresh.catalogue.purposes.get('marketing-reach');
  if (!purpose) throw new Error('no purpose');
  await Promise.all(Array.from({ length: count }, () => changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person: newHolderId(), kind: 'person' }], wishes: [{ purpose, decision: 'object' }], actor: { kind: 'system', id: 'crm' }, evidence: {} }))));
  while ((await sequencePage(fresh.pool, fresh.id, fencing)).length > 0);
  expect(await writer.step({ fencing, leads: () => true })).toBe(true);
  ringAll();
}

function gather(...urls: string[]): void {
  const witnesses = readWitnesses(urls.map((url) => `${key.verifier} ${url}`).join('\n'));
  const term: Term = { fencing, signal: over.signal, leads: () => true, end: () => over.abort() };
  published = witnesses.map(() => new Bell());
  gathering = Promise.all(witnesses.map((witness, at) => gatherCosignatures({ witness, folder, writer, log, published: published[at] as Bell }, term)));
}

const cosigned = async (): Promise<boolean> => cosignedAt(parseNote((await folder.checkpoint()) ?? ''), verifier, checkEd25519) !== undefined;
const whenCosigned = (): Promise<unknown> => until(cosigned, { timeoutMs: 10_000, what: 'a true cosignature' });

describe('an outside witness', () => {
  test('cosigns each checkpoint once it has seen that the log only grew; our own signatures stay', async () => {
    const witness = new OutsideWitness();
    await grow(3);
    gather(await serve(witness));
    await whenCosigned();
    for (const count of [5, 300]) {
      await grow(count);
      expect(await cosigned()).toBe(false);
      await whenCosigned();
    }
    const { size, note } = openCheckpoint((await folder.checkpoint()) ?? '', parseVerifier(sha256, fresh.keyring.log.verifier), checkEd25519);
    expect(witness.seen.size).toBe(size);
    expect(cosignedAt(note, parseVerifier(sha256, fresh.keyring.cosigner?.verifier ?? ''), checkEd25519)).toBeDefined();
    expect(signaturesOf(note, verifier)).toHaveLength(1);
    expect(witness.asked.at(-1)).toMatch(/^old \d+\n([A-Za-z0-9+/=]{44}\n)+\n/);
  });

  test('is asked for the next one where the checkpoint’s file was damaged: the relay goes on', async () => {
    const witness = new OutsideWitness();
    await grow(2);
    gather(await serve(witness));
    await whenCosigned();
    await writeFile(join(root, 'checkpoint'), 'torn');
    const looks = jest.spyOn(folder, 'checkpoint');
    ringAll();
    await until(() => looks.mock.calls.length > 0, { timeoutMs: 10_000, what: 'a look at the file' });
    await grow(2);
    await whenCosigned();
    expect(witness.asked).toHaveLength(2);
  });

  test('that remembers another size says so, and gets the proof from there', async () => {
    const witness = new OutsideWitness();
    await grow(4);
    const first = openCheckpoint((await folder.checkpoint()) ?? '', parseVerifier(sha256, fresh.keyring.log.verifier), checkEd25519);
    witness.seen = { size: first.size, root: first.root };
    await grow(9);
    gather(await serve(witness));
    await whenCosigned();
    expect(witness.asked.map((body) => body.split('\n')[0])).toEqual(['old 0', `old ${first.size}`]);
  });

  test('that has seen more than there is gives no signature, and it is told as an error', async () => {
    const witness = new OutsideWitness();
    witness.seen = { size: 1_000_000, root: sha256() };
    await grow(2);
    gather(await serve(witness));
    await until(() => told.some(({ level }) => level === 50), { timeoutMs: 10_000, what: 'the error' });
    expect(told.find(({ level }) => level === 50)).toMatchObject({ msg: 'a witness has seen more of the log than there is', reason: expect.stringContaining('it saw 1000000 events') });
    expect(await cosigned()).toBe(false);
  });

  test.each([
    ['signs something else', (response: ServerResponse, note: string) => response.end(cosign(`${parseNote(note).text}x\n`, 1, verifier, signerOf(key.privateKey)))],
    ['signs with another key', (response: ServerResponse, note: string) => response.end(cosign(parseNote(note).text, 1, verifier, signerOf(cosignerOf('other.example/x').privateKey)))],
    ['answers nonsense', (response: ServerResponse) => response.end('thank you\n')],
    ['refuses', (response: ServerResponse) => response.writeHead(403).end()],
    ['sends a megabyte', (response: ServerResponse) => response.end('x'.repeat(1_000_000))],
    ['leads elsewhere', (response: ServerResponse) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()],
  ])('that %s leaves nothing under the checkpoint, and is told once', async (_name, answer) => {
    const witness = new OutsideWitness();
    witness.answer = answer as (response: ServerResponse, note: string) => void;
    await grow(2);
    gather(await serve(witness));
    await until(() => told.length === 1, { timeoutMs: 10_000, what: 'the warning' });
    await grow(2);
    await until(() => witness.asked.length === 2, { timeoutMs: 10_000, what: 'the second question' });
    witness.answer = undefined;
    await grow(2);
    await whenCosigned();
    expect(told.map(({ msg }) => msg)).toEqual(['a witness does not cosign; checkpoints go out without it', 'the witness cosigns again']);
  });

  test('that says nothing holds up neither signing nor another witness', async () => {
    const [silent, other] = [new OutsideWitness(), new OutsideWitness()];
    silent.answer = () => undefined;
    await grow(2);
    gather(await serve(silent), await serve(other));
    await until(() => silent.asked.length === 1, { timeoutMs: 10_000, what: 'the question' });
    await whenCosigned();
    const before = performance.now();
    await grow(2);
    expect(performance.now() - before).toBeLessThan(4_000);
    await whenCosigned();
    expect([silent.asked.length, other.asked.length]).toEqual([1, 2]);
  });
});

test('LOG_WITNESSES is read as it is written, and a mistake is named', () => {
  expect(readWitnesses(undefined)).toEqual([]);
  expect(readWitnesses(`${key.verifier} https://witness.example/w1/, ${key.verifier} http://127.0.0.1:1`).map(({ url }) => url)).toEqual(['https://witness.example/w1', 'http://127.0.0.1:1']);
  expect(() => readWitnesses(key.verifier)).toThrow('LOG_WITNESSES: write <verifier key> <http address>');
  expect(() => readWitnesses(`${key.verifier} ftp://x`)).toThrow('LOG_WITNESSES');
  expect(() => readWitnesses(`${createKeyring('log.example/x').log.verifier} https://x.example`)).toThrow('no key of a cosigner');
});
