import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { demandVersion, setUpDatabases } from '#database';
import { startPostgres, type RunningServer } from '#servers';

/** Roles belong to a whole server, so this has one of its own. */
let folder: string;
let server: RunningServer;
let adminUrl: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samtycke-roles-'));
  server = await startPostgres({ dataDir: join(folder, 'postgres') });
  await on(server.address, `CREATE ROLE keeper LOGIN CREATEROLE CREATEDB PASSWORD 'keeper'`);
  const url = new URL(server.address);
  Object.assign(url, { username: 'keeper', password: 'keeper', pathname: '/postgres' });
  adminUrl = url.href;
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function on(url: string, statement: string): Promise<Array<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

const dataDir = (name: string): string => join(folder, name);
const setUp = (name: string, newPasswords = false) => setUpDatabases({ adminUrl, dataDir: dataDir(name), newPasswords });

function migrate(args: string[], data: string): Promise<{ code: number; stderr: string; stdout: string }> {
  const env = { ...process.env, DATABASE_URL: adminUrl, SAMTYCKE_DATA: dataDir(data), NODE_OPTIONS: '' };
  return new Promise((resolve) => {
    execFile(process.execPath, ['dist/apps/cli/src/main.js', 'migrate', ...args], { env }, (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }));
  });
}

describe('the roles and databases of an installation', () => {
  test('are made by a role that may create roles and databases and nothing more, at the first start and at every later one', async () => {
    const first = await setUp('first');
    expect(await setUp('first')).toEqual(first);
    for (const url of Object.values(first.urls)) expect(await on(url, 'SELECT 1 AS here')).toEqual([{ here: 1 }]);
    const owned = await on(adminUrl, `SELECT datname AS name FROM pg_database WHERE datname IN ('newsletter', 'analytics', 'portal') AND pg_get_userbyid(datdba) = datname ORDER BY 1`);
    expect(owned.map(({ name }) => name)).toEqual(['analytics', 'newsletter', 'portal']);
    await expect(on(first.urls.newsletter.replace(/\/newsletter$/, '/samtycke'), 'SELECT 1')).rejects.toThrow(/permission denied/);
  });

  test('lose what somebody gave a role beyond what a program may', async () => {
    await on(server.address, 'ALTER ROLE samtycke_api SUPERUSER CREATEDB');
    await setUpDatabases({ adminUrl: server.address, dataDir: dataDir('first') });
    expect(await on(adminUrl, `SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = 'samtycke_api'`)).toEqual([{ rolsuper: false, rolcreatedb: false }]);
  });

  test('are not taken over from another data folder: the running programs keep their passwords, and the message names file and option', async () => {
    const { urls } = await setUp('first');
    await expect(setUp('second')).rejects.toThrow(/second\/database-roles\.json.*--new-passwords/);
    const { code, stderr } = await migrate([], 'second');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^samtycke: this PostgreSQL has the role \w+ already, and \S+second\/database-roles\.json[^\n]+--new-passwords`\n$/)]);
    expect(existsSync(dataDir('second'))).toBe(false);
    for (const url of Object.values(urls)) expect(await on(url, 'SELECT 1 AS here')).toEqual([{ here: 1 }]);
  });

  test('get new passwords where that is asked for, which lie in the data folder', async () => {
    const { urls } = await setUp('first');
    expect(await migrate(['--new-passwords'], 'second')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^The ledger's tables in samtycke are up to date\.\nEvery role has a new password, in \S+second\/database-roles\.json: [^\n]+\n$/) });
    await expect(on(urls.api, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    const kept = JSON.parse(await readFile(join(dataDir('second'), 'database-roles.json'), 'utf8')) as Record<string, string>;
    const now = await setUp('second');
    expect(new URL(now.urls.api).password).toBe(kept.samtycke_api);
    expect(await on(now.urls.api, 'SELECT 1 AS here')).toEqual([{ here: 1 }]);
  });

  test('are not taken over from a data folder that holds the passwords of another server, or older ones: the running programs keep theirs', async () => {
    const { urls } = await setUp('second');
    const refused = /^this PostgreSQL has the role \w+ already, and \S+first\/database-roles\.json holds another password: [^\n]+--new-passwords`$/;
    await expect(setUp('first')).rejects.toThrow(refused);
    for (const url of Object.values(urls)) expect(await on(url, 'SELECT 1 AS here')).toEqual([{ here: 1 }]);
    expect(await setUp('second')).toMatchObject({ urls });
  });

  test('get passwords anew where they are lost beside a server that lies in the same data folder', async () => {
    const { urls } = await setUpDatabases({ adminUrl, dataDir: dataDir('third'), ownServer: true });
    expect(await on(urls.api, 'SELECT 1 AS here')).toEqual([{ here: 1 }]);
    expect((await setUp('third')).urls).toEqual(urls);
  });

  test('lie never half on the disk; a file that is torn all the same is named, with what takes the roles over', async () => {
    const path = join(dataDir('third'), 'database-roles.json');
    const [before, text] = [await open(path), await readFile(path, 'utf8')];
    expect(await migrate(['--new-passwords'], 'third')).toMatchObject({ code: 0 });
    expect([await before.readFile('utf8'), await readdir(dataDir('third'))]).toEqual([text, ['database-roles.json']]);
    await before.close();
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, 20));
    await expect(setUp('third')).rejects.toThrow(new RegExp(`^cannot read ${path} \\([^)\n]+\\): put it back, or take the roles over by \`samtycke migrate --new-passwords\`$`));
    await expect(setUpDatabases({ adminUrl, dataDir: dataDir('third'), ownServer: true })).rejects.toThrow(new RegExp(`^cannot read ${path} \\([^)\n]+\\): remove it, and the roles get new passwords$`));
    expect(await migrate(['--new-passwords'], 'third')).toMatchObject({ code: 0 });
    expect(await on((await setUp('third')).urls.api, 'SELECT 1 AS here')).toEqual([{ here: 1 }]);
  });

  test('need PostgreSQL 17', () => {
    expect(() => demandVersion('16.10 (Debian 16.10-1)')).toThrow('PostgreSQL 16.10 (Debian 16.10-1), and the ledger needs 17 or newer');
    for (const version of ['17.0', '18.1', '19beta1']) expect(() => demandVersion(version)).not.toThrow();
  });
});
