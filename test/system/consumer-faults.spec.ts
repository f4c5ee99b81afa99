import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { createConsumer, openPool, pgStore, type ConsumerHealth, type Handlers, type Transaction } from '#consumer';
import { PARTITIONS, topicsOf } from '#contracts';
import { kafkaAddress, startKafka } from '#servers';
import { createProxy, freshDatabase, until } from '#testing';
import { createWorld, createWriter, readAll, type World } from './consumer-world.js';

const endings: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const later = <T extends { close(): Promise<void> | void }>(thing: T): T => {
  endings.push(() => thing.close());
  return thing;
};

describe('a database that goes away', () => {
  test('parks nothing and loses nothing: the consumer says that it waits, and goes on where it was', async () => {
    const world = later(await createWorld());
    const url = new URL(world.database.url);
    const server = Number(url.port);
    const proxy = later(await createProxy({ target: () => server }));
    url.port = String(proxy.port);
    const pool = openPool({ url: url.href, name: 'behind-proxy' });
    endings.push(() => pool.end());
    const applied: string[] = [];
    const consumer = await world.consume({ store: pgStore(pool), onCommitted: (events) => applied.push(...events.map(({ data }) => data.person)) });
    endings.push(() => consumer.stop());
    const events = Array.from({ length: 3_000 }, () => world.writer.grant(randomUUID()));
    await world.writer.sendEvents(...events.slice(0, 1_500));
    await until(() => applied.length > 0, { everyMs: 1 });
    proxy.cut();
    await world.writer.sendEvents(...events.slice(1_500));
    await until(() => consumer.health().state === 'waiting-for-database');
    expect(consumer.may(applied[0] ?? '', 'newsletter')).toBe(true);
    proxy.mend();
    const acks = await world.acknowledged(...events);
    expect(acks.filter(({ outcome }) => outcome === 'parked')).toEqual([]);
    expect(await world.dead()).toEqual([]);
    expect(consumer.health()).toMatchObject({ state: 'following' } satisfies Partial<ConsumerHealth>);
    const { rows } = await world.pool.query('SELECT count(*)::int AS held FROM samtycke_consumer.consent_state');
    expect(rows).toEqual([{ held: 3_000 }]);
  });

  test('while it is away the consumer still stops within 5 s, and the messages come again at the next start', async () => {
    const world = later(await createWorld());
    const url = new URL(world.database.url);
    const server = Number(url.port);
    const proxy = later(await createProxy({ target: () => server }));
    url.port = String(proxy.port);
    const pool = openPool({ url: url.href, name: 'behind-proxy' });
    endings.push(() => pool.end());
    const first = await world.consume({ store: pgStore(pool) });
    proxy.cut();
    const grant = world.writer.grant(randomUUID());
    await world.writer.sendEvents(grant);
    await until(() => first.health().state === 'waiting-for-database');
    const from = performance.now();
    await first.stop();
    expect(performance.now() - from).toBeLessThan(5_000);
    proxy.mend();
    await world.consume({ store: pgStore(pool) });
    expect((await world.acknowledged(grant))[0]?.outcome).toBe('applied');
  });
});

describe('a database that takes no writes', () => {
  test('is waited for within the group, where partitions change hands meanwhile', async () => {
    const world = later(await createWorld());
    const admin = new pg.Client({ connectionString: world.database.url });
    await admin.connect();
    endings.push(() => admin.end());
    world.pool.on('error', () => undefined);
    const warned: string[] = [];
    const ignore = (): void => undefined;
    const logger = { debug: ignore, info: ignore, error: ignore, warn: (_: object, message: string) => void warned.push(message) };
    const purposes = ['newsletter'];
    const leaving = await world.consume({ purposes });
    const staying = await world.consume({ purposes, logger });
    await until(() => leaving.health().ready && staying.health().ready, { timeoutMs: 20_000, what: 'both' });
    const writes = async (taken: boolean): Promise<void> => {
      await admin.query(`ALTER DATABASE ${world.database.name} SET default_transaction_read_only = ${taken ? 'off' : 'on'}`);
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()', [world.database.name]);
    };
    await writes(false);
    await leaving.stop();
    await until(() => staying.health().state === 'waiting-for-database', { timeoutMs: 20_000, what: 'the wait' });
    const people = Array.from({ length: 50 }, () => randomUUID());
    const grants = people.map((person) => world.writer.grant(person));
    await world.writer.send(...grants);
    await writes(true);
    await world.acknowledged(...grants);
    expect(people.filter((person) => !staying.may(person, 'newsletter'))).toEqual([]);
    expect(warned.filter((message) => message.startsWith('the topics cannot be followed'))).toEqual([]);
  }, 60_000);
});

describe('a killed system', () => {
  const start = async (env: Record<string, string>): Promise<ChildProcess> => {
    const child = fork(join(import.meta.dirname, 'consumer-program.mjs'), { env: { ...process.env, ...env, NODE_ENV: 'production', NODE_OPTIONS: '' } });
    endings.push(() => void child.kill('SIGKILL'));
    await once(child, 'message');
    return child;
  };

  test('goes on after its restart: every event is applied exactly once in its database, and acknowledged', async () => {
    const world = later(await createWorld());
    await world.pool.query('CREATE TABLE noted (event uuid NOT NULL)');
    const env = { DATABASE_URL: world.database.url, KAFKA_BROKERS: world.topics.brokers, KAFKA_TOPIC_PREFIX: world.topics.prefix };
    const noted = async (): Promise<number> => (await world.pool.query<{ count: number }>('SELECT count(*)::int AS count FROM noted')).rows[0]?.count ?? 0;
    const people = Array.from({ length: 500 }, () => randomUUID());
    const events = Array.from({ length: 4 }, () => people.map((person) => world.writer.grant(person))).flat();
    const killed = await start(env);
    await world.writer.sendEvents(...events.slice(0, 1_000));
    await until(async () => (await noted()) > 300, { everyMs: 1, timeoutMs: 20_000 });
    killed.kill('SIGKILL');
    await world.writer.sendEvents(...events.slice(1_000));
    await start(env);
    await world.acknowledged(...events);
    expect(await noted()).toBe(2_000);
    const { rows } = await world.pool.query<{ count: number }>('SELECT count(DISTINCT event)::int AS count FROM noted');
    expect(rows).toEqual([{ count: 2_000 }]);
  }, 120_000);

  test('whose database was restored from an older backup reads again what the backup lacks', async () => {
    const world = later(await createWorld());
    const early = world.writer.grant(randomUUID());
    const late = world.writer.grant(randomUUID());
    const first = await world.consume();
    await world.writer.sendEvents(early);
    await world.acknowledged(early);
    await first.stop();
    await world.pool.query('CREATE TABLE backup AS SELECT * FROM samtycke_consumer.positions');
    const second = await world.consume();
    await world.writer.sendEvents(late);
    await world.acknowledged(late);
    await second.stop();
    await world.pool.query('DELETE FROM samtycke_consumer.consent_state WHERE person = $1', [late.person]);
    await world.pool.query('UPDATE samtycke_consumer.positions p SET next_offset = b.next_offset FROM backup b WHERE b.topic = p.topic AND b.partition = p.partition');
    const third = await world.consume();
    await until(() => third.may(late.person, 'newsletter'));
  });

  test('beneath two instances has them go on from its own places at their next join, not from Kafka’s', async () => {
    const world = later(await createWorld());
    const handled: string[] = [];
    const handlers: Handlers<Transaction> = { onEvent: ({ id }) => void handled.push(id) };
    const events = Array.from({ length: 100 }, () => world.writer.grant(randomUUID()));
    await world.consume({ handlers });
    await world.pool.query('CREATE TABLE backup AS SELECT * FROM samtycke_consumer.positions');
    await world.writer.sendEvents(...events);
    await world.acknowledged(...events);
    const noted = async (): Promise<number> => (await world.pool.query<{ sum: number }>('SELECT sum(next_offset)::int AS sum FROM samtycke_consumer.positions')).rows[0]?.sum ?? 0;
    await until(async () => (await noted()) === 100);
    await world.pool.query('DELETE FROM samtycke_consumer.consent_state');
    await world.pool.query('UPDATE samtycke_consumer.positions p SET next_offset = b.next_offset FROM backup b WHERE b.topic = p.topic AND b.partition = p.partition');
    await world.consume({ handlers });
    await until(() => handled.length >= 200, { timeoutMs: 20_000, what: 'what the backup lacks' });
    expect(new Set(handled.slice(100))).toEqual(new Set(events.map(({ event }) => event)));
  });
});

describe('two instances of one system', () => {
  test('begin where the state was learnt, in every partition, however often they join anew', async () => {
    const world = later(await createWorld());
    const past = Array.from({ length: 200 }, () => world.writer.grant(randomUUID()));
    await world.writer.send(...past);
    await world.consume();
    const second = await world.consume();
    const fresh = Array.from({ length: 100 }, () => world.writer.grant(randomUUID()));
    await world.writer.send(...fresh);
    await world.acknowledged(...past, ...fresh);
    await second.stop();
    const late = Array.from({ length: 100 }, () => world.writer.grant(randomUUID()));
    await world.writer.send(...late);
    await world.acknowledged(...late);
    const again = new Set(past.map(({ event }) => event));
    expect((await world.acks()).filter(({ event, outcome }) => again.has(event) && outcome === 'repeat')).toEqual([]);
  });

  test('know what the other has applied once they take over from it: after a withdrawal the answer is no', async () => {
    const world = later(await createWorld());
    const people = Array.from({ length: 100 }, () => randomUUID());
    const grants = people.map((person) => world.writer.grant(person));
    const survivor = await world.consume();
    await world.writer.sendEvents(...grants);
    await world.acknowledged(...grants);
    const other = await world.consume();
    const withdrawals = people.map((person) => world.writer.withdraw(person));
    await world.writer.sendEvents(...withdrawals);
    await world.acknowledged(...withdrawals);
    await other.stop();
    const allowed = (): number => people.filter((person) => survivor.may(person, 'newsletter')).length;
    await until(() => allowed() === 0, { timeoutMs: 20_000, what: 'a no to all of them' });
  });

  test('of which one follows fewer purposes while they change: the other learns anew once it is alone', async () => {
    const world = later(await createWorld());
    const people = Array.from({ length: 60 }, () => randomUUID());
    const grants = people.map((person) => world.writer.grant(person));
    await world.writer.send(...grants);
    const options = { system: 'test', brokers: world.topics.brokers.split(','), topicPrefix: world.topics.prefix, store: pgStore(world.pool) };
    const old = createConsumer({ ...options, purposes: ['statistics'] });
    endings.push(() => old.stop());
    await old.start();
    await old.following();
    const wide = createConsumer({ ...options, purposes: ['statistics', 'newsletter'] });
    endings.push(() => wide.stop());
    await wide.start();
    await wide.following();
    const withdrawals = people.map((person) => world.writer.withdraw(person));
    await world.writer.send(...withdrawals);
    await world.acknowledged(...withdrawals);
    await old.stop();
    const allowed = (): number => people.filter((person) => wide.may(person, 'newsletter')).length;
    await until(() => wide.health().ready && allowed() === 0, { timeoutMs: 30_000, what: 'a no to all of them' });
    const again = people.map((person) => world.writer.grant(person));
    await world.writer.send(...again);
    await until(() => allowed() === people.length, { timeoutMs: 30_000, what: 'a yes to all of them' });
  });

  test('share the work, take over from each other, and apply every event once', async () => {
    const world = later(await createWorld());
    await world.pool.query('CREATE TABLE noted (event uuid NOT NULL)');
    const handlers: Handlers<Transaction> = { onEvent: async (event, transaction) => void (await transaction.query('INSERT INTO noted (event) VALUES ($1)', [event.id])) };
    const people = Array.from({ length: 300 }, () => randomUUID());
    const round = () => people.map((person) => world.writer.grant(person));
    const events = [round(), round(), round()];
    const first = await world.consume({ handlers });
    await world.writer.sendEvents(...(events[0] ?? []));
    await world.consume({ handlers });
    await world.writer.sendEvents(...(events[1] ?? []));
    await first.stop();
    await world.writer.sendEvents(...(events[2] ?? []));
    await world.acknowledged(...events.flat());
    const { rows } = await world.pool.query('SELECT count(*)::int AS all, count(DISTINCT event)::int AS different FROM noted');
    expect(rows).toEqual([{ all: 900, different: 900 }]);
  });
});

describe('a system that was away', () => {
  test('is ready, and follows, once it has applied what lay in the topic when it came back; until then all of that is its lag', async () => {
    const world = later(await createWorld());
    await (await world.consume()).stop();
    const events = Array.from({ length: 200 }, () => world.writer.grant(randomUUID()));
    await world.writer.sendEvents(...events);
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const options = { system: 'test', brokers: world.topics.brokers.split(','), topicPrefix: world.topics.prefix, store: pgStore(world.pool) };
    const consumer = createConsumer({ ...options, handlers: { onEvents: () => gate } });
    endings.push(() => consumer.stop());
    let follows = false;
    const following = consumer.following().then(() => (follows = true));
    await consumer.start();
    await until(() => consumer.health().state === 'following' && consumer.health().lag === 200, { timeoutMs: 20_000, what: 'a lag of 200' });
    expect(consumer.health()).toMatchObject({ informed: true, ready: false });
    expect(follows).toBe(false);
    open();
    await following;
    expect(events.every(({ person }) => consumer.may(person, 'newsletter'))).toBe(true);
    expect(consumer.health()).toMatchObject({ ready: true, lag: 0 });
  });
});

describe('events that Kafka has lost', () => {
  const loseEvents = async ({ topics }: World): Promise<void> => {
    const admin = new Kafka({ brokers: topics.brokers.split(','), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(topics.names.events);
    const partitions = ends.filter(({ high }) => high !== '0').map(({ partition, high }) => ({ partition, offset: high }));
    await admin.deleteTopicRecords({ topic: topics.names.events, partitions });
    await admin.disconnect();
  };

  test('are made up for by the state: the system says so, reads it anew, and goes on behind the gap', async () => {
    const world = later(await createWorld());
    const person = randomUUID();
    const grant = world.writer.grant(person);
    const lost = world.writer.withdraw(person);
    const after = world.writer.grant(person, 'market-research');
    const first = await world.consume();
    await world.writer.send(grant);
    await world.acknowledged(grant);
    await first.stop();
    await world.writer.send(lost);
    await loseEvents(world);
    await world.writer.send(after);
    const errors: string[] = [];
    const ignore = (): void => undefined;
    const second = await world.consume({ logger: { debug: ignore, info: ignore, warn: ignore, error: (_, message) => void errors.push(message) } });
    await world.acknowledged(after);
    await until(() => second.may(person, 'market-research') && !second.may(person, 'newsletter'));
    expect(errors).toEqual(['events are missing from Kafka; the state is read anew']);
  });

  test('are made up for even where the database fails at the moment at which that is noted', async () => {
    const world = later(await createWorld());
    const grant = world.writer.grant(randomUUID());
    const first = await world.consume();
    await world.writer.send(grant);
    await world.acknowledged(grant);
    await first.stop();
    await world.writer.send(world.writer.withdraw(grant.person));
    await loseEvents(world);
    const store = pgStore(world.pool);
    const failing = [new Error('Connection terminated')];
    const forgetInformed = async (): Promise<void> => {
      const [error] = failing.splice(0);
      if (error) throw error;
      await store.forgetInformed();
    };
    const second = await world.consume({ store: { ...store, forgetInformed } });
    await until(() => second.health().ready && !second.may(grant.person, 'newsletter'), { timeoutMs: 20_000, what: 'a no' });
    expect(failing).toEqual([]);
  });
});

describe('a Kafka that is away', () => {
  test('is waited for at the start and when it is killed; nothing is lost, and the system goes on by itself', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'samtycke-consumer-'));
    const database = await freshDatabase();
    const pool = openPool({ url: database.url, name: 'test' });
    const brokers = await kafkaAddress(folder);
    const names = topicsOf();
    const consumer = createConsumer({ system: 'test', brokers: [brokers], store: pgStore(pool), commitIntervalMs: 100 });
    endings.push(() => rm(folder, { recursive: true, force: true }), () => database.drop(), () => pool.end(), () => consumer.stop());
    await consumer.start();
    await until(() => consumer.health().problem !== undefined);
    const port = Number(brokers.split(':')[1]);
    let kafka = await startKafka({ dataDir: folder, port });
    endings.push(() => kafka.stop());
    const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const topics = Object.values(names).map((topic) => ({ topic, numPartitions: topic === names.dead ? 1 : PARTITIONS }));
    await admin.createTopics({ topics, waitForLeaders: false });
    await admin.disconnect();
    const place = { brokers, names, prefix: '', create: async () => undefined, drop: async () => undefined };
    await consumer.following();
    const writer = await until(() => createWriter(place));
    const early = writer.grant(randomUUID());
    await until(() => writer.sendEvents(early).then(() => true));
    await until(() => consumer.may(early.person, 'newsletter'));
    process.kill(kafka.process.pid, 'SIGKILL');
    await kafka.gone();
    kafka = await startKafka({ dataDir: folder, port });
    const late = writer.grant(randomUUID());
    await until(() => writer.sendEvents(late).then(() => true), { timeoutMs: 30_000 });
    await until(() => consumer.may(late.person, 'newsletter'), { timeoutMs: 60_000 });
    const acked = await until(async () => {
      const acks = (await readAll(place, names.acks)).map(({ key }) => key);
      return acks.includes(early.event) && acks.includes(late.event);
    }, { timeoutMs: 30_000 });
    expect(acked).toBe(true);
    await writer.close();
    const from = performance.now();
    process.kill(kafka.process.pid, 'SIGKILL');
    await kafka.gone();
    await consumer.stop();
    expect(performance.now() - from).toBeLessThan(5_500);
  }, 180_000);
});
