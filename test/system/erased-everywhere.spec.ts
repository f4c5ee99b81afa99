import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '#testing';
import { NEWSLETTER, ORIGIN } from '../setup/api.js';
import { startStack, type Stack } from '../setup/stack.js';

let stack: Stack;
let person = '';
const MARK = `q${Date.now().toString(36)}zx`;
const EMAIL = `anna.${MARK}@example.se`;
const AGENT = `Mozilla/5.0 (Test-${MARK})`;
const ADDRESS = '203.0.113.77';
const PAGE = `https://www.example.se/${MARK}`;

const cli = (...args: string[]) =>
  promisify(execFile)(process.execPath, [join(process.cwd(), 'dist/apps/cli/src/main.js'), ...args], { env: { ...process.env, NODE_OPTIONS: '', SAMTYCKE_DATA: stack.dataDir, LOG_DIR: join(stack.dataDir, 'transparency-log') } }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
  );

beforeAll(async () => {
  process.env.TRUST_PROXY = '127.0.0.1';
  stack = await startStack();
  const headers = { 'user-agent': AGENT, 'x-forwarded-for': ADDRESS };
  const capture = { ...NEWSLETTER.capture, url: PAGE };
  const { body, status } = await stack.api('/v1/consents', { key: stack.runFile.keys['consents:write'], headers, body: { subject: { email: EMAIL }, ...NEWSLETTER, capture } });
  expect(status).toBe(201);
  person = (body as { person: string }).person;
  await stack.api('/v1/consents', { key: stack.runFile.siteKey, headers: { ...headers, origin: ORIGIN }, body: { subject: { email: EMAIL }, ...NEWSLETTER, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }], capture } });
  await stack.api('/v1/consents', { key: stack.runFile.keys['consents:write'], headers, body: { subject: { person }, ...NEWSLETTER, capture } });
  await until(async () => (await stack.ofSystem('newsletter', `SELECT 1`)).length > 0, { timeoutMs: 10_000, what: 'the newsletter' });
}, 240_000);
afterAll(async () => {
  delete process.env.TRUST_PROXY;
  await stack.stop();
}, 60_000);

/** A text as it may lie in bytes: in plain, wide, percent-encoded, in hex, and in base64 at each of the three places where it can begin. */
function forms(text: string): Buffer[] {
  const bytes = Buffer.from(text, 'utf8');
  const base64 = [0, 1, 2].flatMap((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const inner = whole.slice(shift === 0 ? 0 : shift + 1, whole.length - 4);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const texts = [text, text.toUpperCase(), encodeURIComponent(text), bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64, JSON.stringify(text).slice(1, -1)];
  return [...new Set(texts)].map((form) => Buffer.from(form, 'utf8')).concat(Buffer.from(text, 'utf16le'));
}
const NEEDLES = { email: forms(EMAIL), agent: forms(AGENT), address: forms(ADDRESS), page: forms(PAGE) };

/** What of the person can be read in these bytes. */
const readable = (bytes: Buffer): string[] => Object.entries(NEEDLES).flatMap(([name, all]) => (all.some((form) => bytes.includes(form)) ? [name] : []));

async function databases(): Promise<{ where: string; bytes: Buffer }[]> {
  const found: { where: string; bytes: Buffer }[] = [];
  const look = async (name: string, query: <R extends object>(text: string) => Promise<R[]>): Promise<void> => {
    const tables = await query<{ name: string }>(`SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`);
    for (const table of tables) {
      const rows = await query<{ row: string }>(`SELECT t::text AS row FROM ${table.name} t`);
      found.push({ where: `${name} ${table.name}`, bytes: Buffer.from(rows.map(({ row }) => row).join('\n')) });
    }
  };
  await look('ledger', (text) => stack.query(text));
  for (const system of ['newsletter', 'analytics', 'portal']) await look(system, (text) => stack.ofSystem(system, text));
  return found;
}

/** Every file of the installation but the mails that were sent: server files, write-ahead log, Kafka's segments, logs, the transparency log. */
async function files(): Promise<string[]> {
  const all = await readdir(stack.dataDir, { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).filter((path) => !path.startsWith(join(stack.dataDir, 'mail')));
}

describe('after an erasure', () => {
  test('nothing personal can be read in any database, Kafka segment, log or file, in no common encoding', async () => {
    expect((await stack.query('SELECT 1 FROM evidence WHERE person = $1', [person])).length).toBeGreaterThan(0);
    expect(readable(Buffer.from(Buffer.from(`x${EMAIL} ${AGENT}`).toString('base64')))).toEqual(['email', 'agent']);
    const { status } = await stack.api(`/v1/people/${person}/erase`, { key: stack.runFile.keys['people:write'], body: { ground: 'eu-gdpr:A17-1-b' } });
    expect([200, 201, 202]).toContain(status);
    await until(async () => (await stack.query('SELECT 1 FROM identifiers WHERE person = $1 UNION ALL SELECT 1 FROM evidence WHERE person = $1 UNION ALL SELECT 1 FROM person_keys WHERE person = $1', [person])).length === 0, { timeoutMs: 20_000, what: 'the removal' });
    await stack.query('CHECKPOINT');
    const found: string[] = [];
    const tables = await databases();
    expect(tables.length).toBeGreaterThan(30);
    for (const { where, bytes } of tables) for (const what of readable(bytes)) found.push(`${what} in ${where}`);
    let read = 0;
    const named = new Set<string>();
    for (const path of await files()) {
      const bytes = await readFile(path).catch(() => Buffer.alloc(0));
      read += bytes.length;
      if (bytes.includes(person)) named.add(path.slice(stack.dataDir.length + 1).split('/')[0] ?? '');
      for (const what of readable(bytes)) found.push(`${what} in ${path.slice(stack.dataDir.length + 1)}`);
    }
    expect(read).toBeGreaterThan(10_000_000);
    expect([...named]).toEqual(expect.arrayContaining(['kafka', 'transparency-log']));
    expect(found).toEqual([]);
  }, 120_000);

  test('every proof still holds: the database with its evidence, the log, the replay', async () => {
    const [size] = await stack.query<{ n: string }>('SELECT count(*) AS n FROM events');
    await until(async () => (await stack.query<{ n: string }>('SELECT coalesce(max(size), 0) AS n FROM checkpoints'))[0]?.n === size?.n, { timeoutMs: 20_000, what: 'a checkpoint over all' });
    const database = await cli('verify', '--database', '--evidence');
    expect(database).toEqual({ code: 0, stdout: expect.not.stringContaining('FAILS') as unknown as string });
    expect(database.stdout).toMatch(/holds {2}\d+ evidence items are what their events commit to/);
    expect(await cli('verify')).toEqual({ code: 0, stdout: expect.not.stringContaining('FAILS') as unknown as string });
    await until(async () => (await cli('replay')).code === 0, { timeoutMs: 20_000, what: 'the worker to have kept its registers' });
  }, 90_000);
});
