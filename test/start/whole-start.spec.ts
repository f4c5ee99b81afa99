import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { askKafka, askPostgres, markOf, NICE, readJson } from '#servers';
import { until } from '#testing';
import { ask, freshPlace, launch, readRunFile, type Launch, type RunFile } from './fixtures/launcher.js';

/** With the launcher's own PostgreSQL and Kafka; the tests follow one another on one data folder. */
let place: Awaited<ReturnType<typeof freshPlace>>;
let current: Launch;

beforeAll(async () => {
  place = await freshPlace();
});
afterAll(async () => {
  current.child.kill('SIGINT');
  await current.exit;
  await place.remove();
});

async function begin(behaviours: Record<string, string> = {}): Promise<RunFile> {
  current = launch(place.env, behaviours);
  await current.says(/Ctrl-C stops all/);
  return readRunFile(place.dataDir);
}

async function end(): Promise<number> {
  const begun = performance.now();
  current.child.kill('SIGINT');
  expect(await current.exit).toBe(0);
  return performance.now() - begun;
}

const isGone = async (pid: number): Promise<boolean> => (await markOf(pid)) === undefined;

async function expectAllGone({ pids }: RunFile): Promise<void> {
  for (const [name, pid] of Object.entries(pids)) await until(() => isGone(pid), { timeoutMs: 3_000, what: `${name} (${pid}) to be gone` });
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe('a start with its own PostgreSQL and Kafka', () => {
  test('called off while they start, it leaves no process', async () => {
    current = launch(place.env);
    await current.says(/PostgreSQL {4}127/);
    current.child.kill('SIGINT');
    expect(await current.exit).toBe(130);
    const { process: kafka } = (await readJson<{ process?: { pid: number } }>(join(place.dataDir, 'kafka/server.json'))) ?? {};
    if (kafka) expect(await isGone(kafka.pid)).toBe(true);
    expect(await readJson(join(place.dataDir, 'pids.json'))).toEqual({});
  });

  test('ends them after the programs, and a later start finds its data again', async () => {
    const first = await begin();
    await query(first.databaseUrl, 'CREATE TABLE kept AS SELECT 1 AS row');
    expect(await end()).toBeLessThan(10_000);
    await expectAllGone(first);
    const second = await begin();
    expect(await query(second.databaseUrl, 'SELECT row FROM kept')).toEqual([{ row: 1 }]);
    expect(second.databaseUrl).toBe(first.databaseUrl);
    expect(second.kafkaBrokers).toBe(first.kafkaBrokers);
  });

  test('lets what only reacts take the processors after what records and sends, threads and session included', async () => {
    const { pids } = await readRunFile(place.dataDir);
    const nice = (name: string): number => getPriority(pids[name] ?? 0);
    expect(['api', 'relay', 'website', 'postgres', 'kafka'].map(nice)).toEqual([0, 0, 0, 0, 0].map(() => getPriority()));
    for (const name of ['worker', 'newsletter', 'analytics', 'portal']) {
      const threads = await readdir(`/proc/${pids[name]}/task`);
      expect([name, ...threads.map((thread) => getPriority(Number(thread)))]).toEqual([name, ...threads.map(() => NICE)]);
      const session = `/proc/${pids[name]}/autogroup`;
      if (existsSync(session)) await until(async () => (await readFile(session, 'utf8')).endsWith(`nice ${NICE}\n`), { timeoutMs: 6_000, what: `the session of ${name} to step back` });
    }
  });

  test('starts PostgreSQL and Kafka again, on the same ports, when they are killed', async () => {
    const { pids, databaseUrl, kafkaBrokers } = await readRunFile(place.dataDir);
    process.kill(pids.postgres ?? 0, 'SIGKILL');
    process.kill(pids.kafka ?? 0, 'SIGKILL');
    await current.says(/postgres has ended; it is started again/);
    await current.says(/kafka has ended; it is started again/);
    await until(async () => (await askPostgres(databaseUrl)).state === 'ready', { timeoutMs: 20_000, what: 'PostgreSQL to be back' });
    await until(async () => (await askKafka(kafkaBrokers)).state === 'ready', { timeoutMs: 30_000, what: 'Kafka to be back' });
    expect(await query(databaseUrl, 'SELECT row FROM kept')).toEqual([{ row: 1 }]);
    await current.says(/kafka runs again/);
    const after = await readRunFile(place.dataDir);
    expect(await isGone(after.pids.kafka ?? 0)).toBe(false);
    expect(after.pids.postgres).not.toBe(pids.postgres);
  });

  test('that was killed leaves them running; the next start takes them over and stops them in the end', async () => {
    const first = await readRunFile(place.dataDir);
    current.child.kill('SIGKILL');
    await current.exit;
    expect(await askPostgres(first.databaseUrl)).toMatchObject({ state: 'ready' });
    const second = await begin();
    expect(current.output()).toMatch(/PostgreSQL .*taken over from an earlier start/);
    expect(current.output()).toMatch(/Kafka .*taken over from an earlier start/);
    expect(second.pids.postgres).toBe(first.pids.postgres);
    expect(second.pids.kafka).toBe(first.pids.kafka);
    expect((await ask(second.urls.api ?? '')).pid).not.toBe(first.pids.api);
    await end();
    await expectAllGone(second);
  });

  test('ends within 10 s although Kafka hangs and a program ignores what it is told', async () => {
    const running = await begin({ relay: 'stubborn' });
    process.kill(running.pids.kafka ?? 0, 'SIGSTOP');
    expect(await end()).toBeLessThan(10_000);
    await expectAllGone(running);
  });

  test('ends what a killed start left of them when they are given from outside instead', async () => {
    const first = await begin();
    current.child.kill('SIGKILL');
    await current.exit;
    current = launch({ ...place.env, DATABASE_URL: process.env.TEST_DATABASE_URL ?? '', KAFKA_BROKERS: process.env.TEST_KAFKA_BROKERS ?? '' });
    await current.says(/left over\s+from a killed start, ended: .*postgres, kafka/);
    await current.says(/Ctrl-C stops all/);
    await expectAllGone(first);
  });
});
