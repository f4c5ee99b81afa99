import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import request from 'supertest';
import { createPool, KEYED_LOOKUPS } from '#database';
import { lookupChainOf, lookupOf, personKeysOf, readKeyring, seal } from '#vault';
import { createApi } from '../../apps/api/src/create-api.js';
import { NEWSLETTER, testApi, type TestApi } from '../setup/api.js';

const CLI = join(process.cwd(), 'dist/apps/cli/src/main.js');
const folder = mkdtempSync(join(tmpdir(), 'samtycke-rotate-'));
const keyring = join(folder, 'keyring.json');
const MANY = 3_000;

let api: TestApi;
let second: { app: NestFastifyApplication; pool: ReturnType<typeof createPool> };

/** People of before, so many that a rotation takes a while; nobody asks for them meanwhile. */
async function fill(): Promise<void> {
  const { pool, id } = api.fresh;
  const ring = readKeyring(keyring);
  const keys = personKeysOf(ring);
  const people = Array.from({ length: MANY }, (_, at) => {
    const person = randomUUID();
    const { key, stored } = keys.make(person);
    const value = `many.${at}@example.se`;
    return { person, ...stored, lookup: lookupOf(lookupChainOf(ring), { kind: 'email', value }), sealed: seal(key, `${ring.origin}|${person}|identifier|${person}`, Buffer.from(value)) };
  });
  const column = <K extends keyof (typeof people)[number]>(name: K) => people.map((one) => one[name]);
  await pool.query(`INSERT INTO person_keys SELECT $1::smallint, p, m, w FROM unnest($2::uuid[], $3::text[], $4::bytea[]) AS n(p, m, w)`, [id, column('person'), column('master'), column('wrapped')]);
  await pool.query(`INSERT INTO identifiers SELECT $1::smallint, l, p, 'email', p, s, 1 FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n(p, l, s)`, [id, column('person'), column('lookup'), column('sealed')]);
  await pool.query(`INSERT INTO suppressions SELECT $1::smallint, l, now(), 1 FROM unnest($2::bytea[]) AS n(l)`, [id, people.map(() => randomBytes(32))]);
}

beforeAll(async () => {
  api = await testApi({ keyringOf: (ring) => {
    writeFileSync(keyring, JSON.stringify(ring), { mode: 0o600 });
    return readKeyring(keyring);
  } });
  const pool = createPool({ url: api.fresh.url, name: 'second', max: 8, settings: { ...KEYED_LOOKUPS, role: 'samtycke_api' } });
  const app = await createApi({ log: pino({ level: 'silent' }), pool, ledger: api.fresh.id, keyring: readKeyring(keyring), publicUrl: 'https://consent.example.test', logDir: tmpdir() });
  await app.getHttpAdapter().getInstance().ready();
  second = { app, pool };
  await api.post('/v1/consents', { subject: { email: 'before@example.se' }, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  await fill();
});
afterAll(async () => {
  await second.app.close();
  await second.pool.end();
  await api.close();
  rmSync(folder, { recursive: true });
});

interface Ended {
  code: number | null;
  signal: string | null;
  out: string;
  err: string;
}

/** Runs the command line; `onError` sees what it says on stderr as it says it. */
function samtycke(args: string[], onError: (kill: () => void) => void = () => undefined, env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...args], { env: { PATH: process.env.PATH, DATABASE_URL: api.fresh.url, SAMTYCKE_DATA: folder, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
    onError(() => child.kill('SIGKILL'));
  });
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, ...said })));
}

/** Somebody holds the row that a rotation comes to last, until the work has ended: so the rotation cannot end before. */
async function holding<T>(row: string, work: () => Promise<T>): Promise<T> {
  const client = await api.fresh.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT FROM ${row} DESC LIMIT 1 FOR UPDATE`);
    return await work();
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

const count = async (text: string): Promise<number> => Number((await api.fresh.pool.query<{ n: string }>(`SELECT count(*) AS n FROM ${text}`)).rows[0]?.n);

/** Callers that never pause, on both processes, until `work` has ended; gives what was answered wrongly, and how many calls there were. */
async function underLoad<T>(prefix: string, work: () => Promise<T>): Promise<{ result: T; wrong: unknown[]; calls: number }> {
  const wrong: unknown[] = [];
  let calls = 0;
  let running = true;
  const serverOf = (at: number) => (at % 2 === 0 ? api.app : second.app).getHttpServer();
  const post = async (at: number, path: string, key: string, body: object): Promise<request.Response> => {
    calls += 1;
    return request(serverOf(at)).post(path).set('authorization', `Bearer ${key}`).send(body);
  };
  async function caller(name: number): Promise<void> {
    for (let at = 0; running; at += 1) {
      const subject = { email: `${prefix}.${name}.${at}@example.se` };
      const grants = await Promise.all([0, 1].map((server) => post(server, '/v1/consents', api.keys['consents:write'], { subject, ...NEWSLETTER })));
      const person = (grants[0]?.body as { person?: string }).person;
      const statuses = grants.map(({ status }) => status).sort();
      if (String(statuses) !== '200,201' || (grants[1]?.body as { person?: string }).person !== person) wrong.push({ subject, grants: grants.map(({ status, body }) => [status, body as unknown]) });
      const checked = await post(at, '/v1/check', api.keys['consents:read'], { subject, purpose: 'newsletter' });
      if (checked.status !== 200 || (checked.body as { allowed?: boolean }).allowed !== true) wrong.push({ subject, checked: [checked.status, checked.body as unknown] });
      const found = await post(at + 1, '/v1/people/lookup', api.keys['people:read'], { subject });
      if ((found.body as { person?: string }).person !== person) wrong.push({ subject, found: [found.status, found.body as unknown] });
      const nobody = await post(at, '/v1/people/lookup', api.keys['people:read'], { subject: { email: `nobody.${subject.email}` } });
      if (nobody.status !== 404) wrong.push({ nobody: nobody.status });
      const address = await request(serverOf(at)).get(`/v1/people/${person}/identifiers?purpose=newsletter`).set('authorization', `Bearer ${api.keys['identifiers:read']}`);
      if ((address.body as { identifiers?: { value: string }[] }).identifiers?.[0]?.value !== subject.email) wrong.push({ subject, address: [address.status, address.body as unknown] });
    }
  }
  const callers = [1, 2, 3].map(caller);
  const result = await work().finally(() => (running = false));
  await Promise.all(callers);
  return { result, wrong, calls };
}

describe.each([
  ['lookup', 'identifiers WHERE generation = 1', 'lookup', /^The lookup key [0-9a-f]{16} is in use, around those before it; \d+ look-ups wrapped\.$/],
  ['suppression', 'suppressions WHERE generation = 1', 'lookup', /^The suppression key [0-9a-f]{16} is in use/],
  ['master', `person_keys WHERE master = 'k1'`, 'person', /^Master key k2\.[0-9a-f]{16} is in use; \d+ keys of people wrapped\. The old one stays/],
])('samtycke keys rotate %s', (which, left, key, says) => {
  test('killed in the middle and run again, under load on two processes: every call gets the right answer', async () => {
    const { result, wrong, calls } = await underLoad(which, async () => {
      const killed = await holding(`${left} ORDER BY ${key}`, () => samtycke(['keys', 'rotate', which], (kill) => kill()));
      const between = await count(left);
      const resumed = await samtycke(['keys', 'rotate', which]);
      return { killed, between, resumed };
    });
    expect(wrong).toEqual([]);
    expect(calls).toBeGreaterThan(20);
    expect(result.killed.signal).toBe('SIGKILL');
    expect(result.between).toBeGreaterThan(0);
    expect(result.between).toBeLessThan(MANY);
    expect(result.resumed).toMatchObject({ code: 0, signal: null });
    expect(result.resumed.out.trim()).toMatch(says);
    expect(result.resumed.err).toMatch(/^\d+ of \d+ wrapped \(\d+ %\)(, about \d+ (s|min) left)?\n(.*\n)*(\d+) of \4 wrapped \(100 %\)\n$/);
    expect(await count(left)).toBe(0);
    expect(statSync(keyring).mode & 0o777).toBe(0o600);
  });
});

test('what was there before is found by everybody', async () => {
  for (const app of [api.app, second.app]) {
    const { body } = await request(app.getHttpServer()).post('/v1/check').set('authorization', `Bearer ${api.keys['consents:read']}`).send({ subject: { email: 'before@example.se' }, purpose: 'newsletter' });
    expect(body).toMatchObject({ allowed: true, status: 'given' });
  }
  const history = await samtycke(['history', 'before@example.se', '--reason', 'test']);
  expect(history.out).toContain('consent-granted');
});

test('samtycke keys rotate master --remove-old takes the old key out, and the api goes on', async () => {
  expect(await samtycke(['keys', 'rotate', 'master', '--remove-old'])).toMatchObject({ code: 0, out: expect.stringContaining('Removed from the keyring: k1.') as unknown });
  expect(Object.keys(readKeyring(keyring).master.keys)).toEqual([readKeyring(keyring).master.current]);
  const { wrong } = await underLoad('after', async () => undefined);
  expect(wrong).toEqual([]);
});

test('a wrong call says what is wrong in one sentence, and changes nothing', async () => {
  const before = readFileSync(keyring, 'utf8');
  expect(await samtycke(['keys', 'rotate', 'lookup'], undefined, { SAMTYCKE_KEYRING: join(folder, 'none.json') })).toMatchObject({ code: 2, err: expect.stringMatching(/^samtycke: cannot read the keyring .*none\.json.*\n$/) as unknown });
  expect(await samtycke(['keys', 'rotate', 'master', '--prepare', '--remove-old'])).toMatchObject({ code: 2 });
  expect(readFileSync(keyring, 'utf8')).toBe(before);
});

test('--prepare puts a key into the keyring that is used by the next rotation', async () => {
  const prepared = await samtycke(['keys', 'rotate', 'lookup', '--prepare']);
  const key = /key ([0-9a-f]{16}) lies ready/.exec(prepared.out)?.[1];
  expect((await samtycke(['keys', 'rotate', 'lookup'])).out).toContain(`The lookup key ${key} is in use`);
});

test.each([[['keys', 'rotate', '--help']], [['keys', 'rotate', 'master', '--help']], [['keys', 'rotate', 'lookup', '--help']], [['keys', 'rotate', 'suppression', '--help']]])('samtycke %j tells what happens to running processes', async (args) => {
  expect((await samtycke(args)).out).toMatch(/The ledger stays in use meanwhile/);
});
