import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import pg from 'pg';
import { startPostgres, type RunningServer } from '#servers';
import { run } from './fixtures/launcher.js';

/** Roles belong to a whole server, so this has one of its own. */
let folder: string;
let server: RunningServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samtycke-set-up-'));
  server = await startPostgres({ dataDir: join(folder, 'postgres') });
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function setUp(env: Record<string, string> = {}): Promise<{ code: number | null; output: string }> {
  const { exit, output } = run([join(process.cwd(), 'dist/apps/start/src/set-up-once.js')], {
    DATABASE_URL: `postgres://postgres@127.0.0.1:${server.port}/postgres`,
    DATABASE_PASSWORD_FILE: join(folder, 'postgres/password'),
    SETTINGS_DIR: join(folder, 'settings'),
    SAMTYCKE_DATA: join(folder, 'data'),
    ...env,
  });
  return { code: await exit, output: output() };
}

async function settings(): Promise<Record<string, NodeJS.Dict<string>>> {
  const names = (await readdir(join(folder, 'settings'))).sort();
  const read = async (name: string) => [name, parseEnv(await readFile(join(folder, 'settings', name, 'env'), 'utf8'))] as const;
  return Object.fromEntries(await Promise.all(names.map(read)));
}

test('each program gets its own settings, readable by its account alone, with a database role that works', async () => {
  expect(await setUp()).toEqual({ code: 0, output: expect.stringMatching(/^Databases, ledger and keys are set up\. The log's public key: samtycke\.localhost\/ledger\+[0-9a-f]{8}\+\S+\n$/) });
  const found = await settings();
  expect(Object.fromEntries(Object.entries(found).map(([name, own]) => [name, Object.keys(own).sort()]))).toEqual({
    analytics: ['API_KEY', 'DATABASE_URL'],
    api: ['DATABASE_URL'],
    newsletter: ['API_KEY', 'DATABASE_URL'],
    portal: ['API_KEY', 'DATABASE_URL'],
    relay: ['DATABASE_URL'],
    website: ['SITE_KEY'],
    worker: ['DATABASE_URL'],
  });
  const users: unknown[] = [];
  for (const [name, { DATABASE_URL }] of Object.entries(found)) {
    expect((await stat(join(folder, 'settings', name, 'env'))).mode & 0o777).toBe(0o400);
    if (!DATABASE_URL) continue;
    const client = new pg.Client({ connectionString: DATABASE_URL });
    await client.connect();
    const { rows } = await client.query<{ user: string; super: string }>('SELECT current_user AS user, current_setting(\'is_superuser\') AS super');
    await client.end();
    expect(rows[0]?.super).toBe('off');
    users.push(rows[0]?.user);
  }
  expect(new Set(users).size).toBe(6);
});

test('the ledger holds the keys of the systems and the website, and none that may do everything', async () => {
  const client = new pg.Client({ connectionString: server.address.replace(/\/\w*$/, '/samtycke') });
  await client.connect();
  const { rows } = await client.query<{ owner: string }>('SELECT owner FROM api_keys ORDER BY owner');
  await client.end();
  expect(rows.map(({ owner }) => owner)).toEqual(['analytics', 'newsletter', 'portal', 'website']);
});

test('run again it changes nothing', async () => {
  const before = await settings();
  expect((await setUp()).code).toBe(0);
  expect(await settings()).toEqual(before);
});

test('what an older version kept beside the keyring is moved into the data folder, and nothing else changes', async () => {
  const [before, ledger, data] = [await settings(), join(folder, 'ledger'), join(folder, 'data')];
  await mkdir(ledger);
  for (const name of ['database-roles.json', 'development-keys.json', 'keyring.json']) await rename(join(data, name), join(ledger, name));
  const kept = await readFile(join(ledger, 'database-roles.json'), 'utf8');
  const moved = await setUp({ SAMTYCKE_KEYRING: join(ledger, 'keyring.json') });
  expect(moved).toEqual({ code: 0, output: expect.stringMatching(/^Databases, ledger and keys are set up\.[^\n]+\n$/) });
  expect(await settings()).toEqual(before);
  expect(await readdir(ledger)).toEqual(['keyring.json']);
  expect((await readdir(data)).sort()).toEqual(['database-roles.json', 'development-keys.json']);
  expect(await readFile(join(data, 'database-roles.json'), 'utf8')).toBe(kept);
  for (const name of await readdir(data)) expect((await stat(join(data, name))).mode & 0o777).toBe(0o600);
  await copyFile(join(data, 'database-roles.json'), join(ledger, 'database-roles.json'));
  expect(await setUp({ SAMTYCKE_KEYRING: join(ledger, 'keyring.json') })).toEqual(moved);
  expect(await readdir(ledger)).toEqual(['keyring.json']);
  await rename(join(ledger, 'keyring.json'), join(data, 'keyring.json'));
});

test('programs whose settings changed are named, with what starts them again', async () => {
  const client = new pg.Client({ connectionString: server.address.replace(/\/\w*$/, '/samtycke') });
  await client.connect();
  await client.query(`UPDATE api_keys SET revoked_at = now() WHERE owner = 'portal'`);
  await client.end();
  const { code, output } = await setUp();
  expect([code, output.split('\n').slice(1)]).toEqual([0, ['New settings for newsletter, analytics, portal, website: those that run still have the old ones until they are started anew (in containers: `docker compose up --force-recreate`).', '']]);
});

test('of an old backup it says that it is to be recovered, and gives the programs their settings', async () => {
  const before = await settings();
  await mkdir(join(folder, 'data/transparency-log'));
  const zeros = (bytes: number): string => Buffer.alloc(bytes).toString('base64');
  await writeFile(join(folder, 'data/transparency-log/checkpoint'), `x\n1000\n${zeros(32)}\n\n— x ${zeros(68)}\n`);
  const { code, output } = await setUp();
  await rm(join(folder, 'data/transparency-log'), { recursive: true });
  expect([code, output.split('\n')[1]]).toEqual([0, expect.stringMatching(/is behind the log: .*`samtycke recover`/)]);
  expect(await settings()).toEqual(before);
});

test('what is missing, or a database that refuses, is told in one sentence', async () => {
  expect(await setUp({ SETTINGS_DIR: '' })).toEqual({ code: 1, output: expect.stringMatching(/^SETTINGS_DIR is missing: [^\n]*\.\n$/) });
  expect(await setUp({ DATABASE_URL: '' })).toEqual({ code: 1, output: expect.stringMatching(/^DATABASE_URL is missing or no URL: [^\n]*\.\n$/) });
  const wrong = await setUp({ DATABASE_PASSWORD_FILE: join(process.cwd(), '.swcrc') });
  expect(wrong).toEqual({ code: 1, output: expect.stringMatching(/^The PostgreSQL at 127\.0\.0\.1:\d+ cannot be used: password authentication failed[^\n]*\.\n$/) });
});
