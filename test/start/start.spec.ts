import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freePort, isPortFree, markOf, readJson, writeJson } from '#servers';
import { testDatabaseUrl, testKafkaBrokers, until } from '#testing';
import { ask, freshPlace, launch, readRunFile, run, type Launch } from './fixtures/launcher.js';

/** PostgreSQL and Kafka of the test run stand in for the launcher's own: given from outside. */
let outside: Record<string, string>;
let place: Awaited<ReturnType<typeof freshPlace>>;
const launches: Launch[] = [];

beforeAll(() => {
  outside = { DATABASE_URL: testDatabaseUrl(), KAFKA_BROKERS: testKafkaBrokers() };
});
beforeEach(async () => {
  place = await freshPlace();
});
afterEach(async () => {
  for (const { child, exit } of launches.splice(0)) {
    child.kill('SIGTERM');
    await exit;
  }
  await place.remove();
});

function begin(env: Record<string, string> = {}, behaviours: Record<string, string> = {}): Launch {
  const started = launch({ ...place.env, ...outside, ...env }, behaviours);
  launches.push(started);
  return started;
}

const isGone = async (pid: number): Promise<boolean> => (await markOf(pid)) === undefined;

async function readyRun(behaviours: Record<string, string> = {}) {
  const started = begin({}, behaviours);
  await started.says(/Ctrl-C stops all/);
  return { ...started, file: await readRunFile(place.dataDir) };
}

/** All processes of a run have ended, and its ports are free. */
async function nothingIsLeft(pids: number[]): Promise<void> {
  for (const pid of pids) await until(() => isGone(pid), { timeoutMs: 5_000, what: `process ${pid} to end` });
  for (const [name, port] of Object.entries(place.env)) {
    if (name.endsWith('_PORT')) expect(await isPortFree(Number(port))).toBe(true);
  }
  expect(await readdir(place.dataDir)).not.toEqual(expect.arrayContaining(['run.json']));
}

describe('a start', () => {
  test('ends with a table of addresses and one thing to try, and leaves run.json to its owner alone', async () => {
    const { output, file } = await readyRun();
    for (const name of ['website', 'portal', 'newsletter', 'analytics', 'api']) expect(output()).toContain(file.urls[name]);
    expect(output()).toMatch(/First thing to try: open http:\/\/127\.0\.0\.1:\d+/);
    expect(Object.keys(file)).toEqual(['databaseUrl', 'kafkaBrokers', 'urls', 'keys', 'siteKey', 'logKey', 'pids', 'topicPrefix', 'logDir', 'keyring']);
    expect(Object.keys(file.pids).sort()).toEqual(['analytics', 'api', 'newsletter', 'portal', 'relay', 'website', 'worker']);
    expect((await stat(join(place.dataDir, 'run.json'))).mode & 0o777).toBe(0o600);
    expect(file).toMatchObject({ topicPrefix: '', logDir: join(place.dataDir, 'transparency-log'), keyring: join(place.dataDir, 'keyring.json') });
    expect(output()).not.toContain('key-');
  });

  test('gives each program its own database and key, and nobody the administrator’s', async () => {
    const { file } = await readyRun();
    const newsletter = await ask(file.urls.newsletter ?? '');
    expect(newsletter.env).toMatchObject({
      DATABASE_URL: expect.stringContaining('application_name=newsletter'),
      API_KEY: 'key-newsletter',
      API_URL: file.urls.api,
      WEBSITE_URL: file.urls.website,
      KAFKA_BROKERS: file.kafkaBrokers,
      SAMTYCKE_DATA: place.dataDir,
    });
    const website = await ask(file.urls.website ?? '');
    expect(website.env).toMatchObject({ SITE_KEY: 'key-site' });
    expect(website.env).not.toHaveProperty('DATABASE_URL');
    expect(website.env).not.toHaveProperty('API_KEY');
  });

  test('a second one on the same data folder says so, ends with code 1 and changes nothing', async () => {
    const { file } = await readyRun();
    const before = await readFile(join(place.dataDir, 'run.json'), 'utf8');
    const second = begin();
    expect(await second.exit).toBe(1);
    expect(second.output()).toMatch(/^\nSamtycke already runs on .* \(process \d+\): stop it there with Ctrl-C, or set SAMTYCKE_DATA/);
    expect(await readFile(join(place.dataDir, 'run.json'), 'utf8')).toBe(before);
    expect((await ask(file.urls.api ?? '')).pid).toBe(file.pids.api);
  });

  test('of two at the same moment exactly one goes on', async () => {
    const both = [begin(), begin()];
    await Promise.race(both.map(({ says }) => says(/Ctrl-C stops all/).catch(() => new Promise(() => undefined))));
    const loser = await Promise.race(both.map(({ exit }) => exit));
    expect(loser).toBe(1);
    expect(both.filter(({ child }) => child.exitCode === null)).toHaveLength(1);
  });
});

describe('what is in the way', () => {
  test('a taken port is named with the variable that moves it, before anything is begun', async () => {
    const taken = createServer().listen(Number(place.env.PORTAL_PORT), '127.0.0.1');
    await once(taken, 'listening');
    const started = begin();
    expect(await started.exit).toBe(1);
    expect(started.output()).toMatch(new RegExp(`port ${place.env.PORTAL_PORT} \\(portal; PORTAL_PORT moves it\\)`));
    expect(started.output()).not.toContain('ready');
    taken.close();
    await nothingOfTheFolder();
  });

  test('a port that is none, or that two programs share, is refused in one sentence', async () => {
    const none = begin({ API_PORT: 'eighty' });
    expect(await none.exit).toBe(1);
    expect(none.output()).toBe('API_PORT is "eighty", which is no port: give a number from 1 to 65535.\n');
    const shared = begin({ API_PORT: place.env.PORTAL_PORT ?? '' });
    expect(await shared.exit).toBe(1);
    expect(shared.output()).toMatch(/^API_PORT and PORTAL_PORT are both \d+: give each program a port of its own\.\n$/);
  });

  test.each([
    ['nobody listens there', async () => `postgres://someone:secret@127.0.0.1:${await freePort()}/ledger`, /DATABASE_URL cannot be used: .*127\.0\.0\.1:\d+.*ECONNREFUSED/],
    ['the password is wrong', async () => testDatabaseUrl().replace(/:[^:@]+@/, ':secret@'), /DATABASE_URL cannot be used: .*password authentication failed/],
    ['it is no URL', async () => 'the usual one', /DATABASE_URL is no PostgreSQL connection URL/],
  ])('a wrong DATABASE_URL is told within 10 s, without its password: %s', async (_, url, sentence) => {
    const begun = performance.now();
    const started = begin({ DATABASE_URL: await url() });
    expect(await started.exit).toBe(1);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(started.output()).toMatch(sentence);
    expect(started.output()).not.toContain('secret');
    await nothingOfTheFolder();
  });

  test('wrong KAFKA_BROKERS are told within 10 s', async () => {
    const begun = performance.now();
    const started = begin({ KAFKA_BROKERS: `127.0.0.1:${await freePort()}` });
    expect(await started.exit).toBe(1);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(started.output()).toMatch(/KAFKA_BROKERS cannot be used: no broker answers \(127\.0\.0\.1:\d+: ECONNREFUSED\)\./);
  });

  test('a server that accepts and says nothing counts as wrong, within 10 s too', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const at = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const elsewhere = await freshPlace();
    const begun = performance.now();
    const [database, brokers] = [begin({ DATABASE_URL: `postgres://x:y@${at}/z` }), begin({ KAFKA_BROKERS: at, ...elsewhere.env })];
    expect([await database.exit, await brokers.exit]).toEqual([1, 1]);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(database.output()).toContain('DATABASE_URL cannot be used');
    expect(brokers.output()).toContain('KAFKA_BROKERS cannot be used');
    silent.close();
    await elsewhere.remove();
  });

  test('a set-up that fails is told in one sentence, and what was begun is ended', async () => {
    const started = begin({}, { setUp: 'crashes' });
    expect(await started.exit).toBe(1);
    expect(started.output()).toMatch(/\nSetting up the databases and the ledger failed: relation "events" is gone\.\n/);
    expect(started.output()).not.toMatch(/\n {4}at /);
    await nothingOfTheFolder();
  });

  test('a set-up that finds an old backup says so, and the start goes on: it is recovered beside a running one', async () => {
    const started = begin({}, { setUp: 'finds an old backup' });
    await started.says(/Ctrl-C stops all/);
    expect(started.output()).toMatch(/\n {2}ledger {8}migrated; no catalogue loaded .*\n[^]*the database is behind the log/);
    started.child.kill('SIGINT');
    expect(await started.exit).toBe(0);
  });

  test('a program that ends before it is ready is named with its last words and its log; the others are ended', async () => {
    const started = begin({}, { portal: 'fails' });
    expect(await started.exit).toBe(1);
    expect(started.output()).toMatch(/portal ended with code 3 before it was ready \(cannot go on: the table is missing\): see .*portal\.log\./);
    await nothingOfTheFolder();
  });

  /** Nothing that the folder knows of runs, and its lock is free. */
  async function nothingOfTheFolder(): Promise<void> {
    const left = (await readJson<Record<string, { pid: number }>>(join(place.dataDir, 'pids.json'))) ?? {};
    expect(left).toEqual({});
    expect(await readdir(place.dataDir).catch(() => [])).not.toEqual(expect.arrayContaining(['start.lock']));
    await nothingIsLeft([]);
  }
});

describe('a run', () => {
  test('starts a program again that died, says so, and run.json follows', async () => {
    const { file, says } = await readyRun();
    await fetch(`${file.urls.analytics}/crash`).catch(() => undefined);
    await says(/analytics ended with code 7; it is started again in 0\.5 s/);
    const { pid } = await until(() => ask(file.urls.analytics ?? ''), { what: 'analytics to serve again' });
    expect(pid).not.toBe(file.pids.analytics);
    await until(async () => (await readRunFile(place.dataDir)).pids.analytics === pid, { what: 'run.json to follow' });
  });

  test('pauses longer each time before it starts a program again that dies at once', async () => {
    const { file, says } = await readyRun();
    for (const pause of ['0.5 s', '1 s', '2 s']) {
      await until(() => ask(file.urls.analytics ?? ''), { what: 'analytics to serve' });
      await fetch(`${file.urls.analytics}/crash`).catch(() => undefined);
      await says(new RegExp(`analytics ended with code 7; it is started again in ${pause.replace('.', '\\.')} `));
    }
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends all that it began, with code 0', async (signal) => {
    const { file, child, exit } = await readyRun();
    child.kill(signal);
    expect(await exit).toBe(0);
    await nothingIsLeft(Object.values(file.pids));
  });

  test('ends within 10 s although programs ignore what they are told', async () => {
    const { file, child, exit } = await readyRun({ portal: 'stubborn', worker: 'stubborn' });
    const begun = performance.now();
    child.kill('SIGINT');
    expect(await exit).toBe(0);
    expect(performance.now() - begun).toBeLessThan(10_000);
    await nothingIsLeft(Object.values(file.pids));
  });

  test('called off while it starts, it ends what it had begun', async () => {
    const started = begin({}, { worker: 'silent' });
    await started.says(/website {7}ready/);
    const begun = async (): Promise<number[]> => Object.values((await readJson<Record<string, { pid: number }>>(join(place.dataDir, 'pids.json'))) ?? {}).map(({ pid }) => pid);
    await until(async () => (await begun()).length === 7, { timeoutMs: 30_000, what: 'all programs to have begun' });
    const pids = await begun();
    started.child.kill('SIGINT');
    expect(await started.exit).toBe(130);
    await nothingIsLeft(pids);
  });
});

describe('after a start that was killed', () => {
  test('its programs end by themselves; one that does not is ended by the next start', async () => {
    const first = await readyRun({ worker: 'lingers' });
    first.child.kill('SIGKILL');
    await first.exit;
    const { worker = 0, ...others } = first.file.pids;
    for (const pid of Object.values(others)) await until(() => isGone(pid), { what: `process ${pid} to end by itself` });
    expect(await isGone(worker)).toBe(false);
    const second = await readyRun();
    expect(second.output()).toMatch(/left over\s+from a killed start, ended: worker/);
    expect(await isGone(worker)).toBe(true);
  });

  test('a process that was given a recorded pid later is never touched', async () => {
    const other = spawn('tail', ['-f', '/dev/null']);
    const mark = await markOf(other.pid ?? 0);
    await writeJson(join(place.dataDir, 'pids.json'), { portal: { ...mark, started: 'an earlier life' } });
    await writeJson(join(place.dataDir, 'start.lock'), { ...mark, started: 'an earlier life' });
    const { output } = await readyRun();
    expect(output()).not.toContain('left over');
    expect(other.exitCode).toBeNull();
    expect(other.signalCode).toBeNull();
    other.kill();
  });

  test('one whose npm was killed ends by itself, and a start right after that waits for it instead of being refused', async () => {
    const launcher = JSON.stringify(join(process.cwd(), 'test/start/fixtures/launch.mjs'));
    const npm = `require('node:child_process').spawn(process.execPath, [${launcher}], { stdio: 'inherit' })`;
    const first = run(['-e', npm], { ...place.env, ...outside, npm_lifecycle_event: 'start' });
    await first.says(/Ctrl-C stops all/);
    const { pids } = await readRunFile(place.dataDir);
    first.child.kill('SIGKILL');
    const second = await readyRun();
    for (const pid of Object.values(pids)) expect(await isGone(pid)).toBe(true);
    expect(second.file.pids.api).not.toBe(pids.api);
    await first.exit;
  });

  test('files that were torn by it do not stand in the way', async () => {
    for (const name of ['pids.json', 'run.json', 'start.lock']) await writeFile(join(place.dataDir, name), '{"half');
    const { file } = await readyRun();
    expect(file.pids).toHaveProperty('api');
  });
});

test('the bootstrap refuses a second start before it builds, and a Node that is too old', async () => {
  const { file } = await readyRun();
  const second = run([join(process.cwd(), 'deploy/local/start.mjs')], { ...place.env, ...outside });
  expect(await second.exit).toBe(1);
  expect(second.output()).toMatch(/^\nSamtycke already runs on [^\n]*\n$/);
  expect((await ask(file.urls.api ?? '')).pid).toBe(file.pids.api);
  const pretend = ['--import', `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '18.20.0' })`];
  const old = run([...pretend, join(process.cwd(), 'deploy/local/start.mjs')], place.env);
  expect(await old.exit).toBe(1);
  expect(old.output()).toMatch(/^Node 18\.20\.0 is too old: Samtycke needs Node 20\.\d+\.\d+ or newer\.\n$/);
});
