import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ConfigResourceTypes } from 'kafkajs';
import { readReplay, type ConsumedEvent, type ReplayOptions } from '#consumer';
import { until } from '#testing';
import { sendReplay } from '../../apps/cli/src/kafka/send-replay.js';
import { commandLine, type CommandLine, type Ended } from '../cli/command.js';
import { relayWorld, type RelayWorld } from './relay-world.js';

let world: RelayWorld;
let cli: CommandLine;
let size: number;
let middle: string;

const own = (name: string): string => `${world.topics.prefix}${name}`;
const replay = (...args: string[]): Promise<Ended> => cli.run(['systems', 'replay', 'crm', ...args]);

/** What a replay says that went well; what went wrong stands in the failure. */
async function replayed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await replay(...args);
  expect({ code, problem: code === 0 ? '' : stderr }).toEqual({ code: 0, problem: '' });
  return stdout;
}

interface Message {
  key: string;
  value: Record<string, unknown>;
  headers: Record<string, string>;
}

/** Where everybody's topics end: what a replay must not move. */
async function shared(): Promise<string[]> {
  const admin = world.kafka.admin();
  await admin.connect();
  try {
    const ends = await Promise.all(['events', 'state'].map((name) => admin.fetchTopicOffsets(own(`consent.${name}.v1`))));
    return ends.flatMap((all, topic) => all.map(({ partition, high }) => `${topic}/${partition} ${high}`)).sort();
  } finally {
    await admin.disconnect();
  }
}

async function holdings(topic: string, count: number): Promise<Message[]> {
  const reader = world.kafka.consumer({ groupId: `${own('reader')}${topic}`, maxWaitTimeInMs: 100 });
  const found: Message[] = [];
  await reader.connect();
  await reader.subscribe({ topic, fromBeginning: true });
  await reader.run({
    eachMessage: async ({ message }) => {
      const headers = Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]));
      // A page can come twice where a partition of a new topic had no leader yet.
      if (!found.some((one) => one.headers.ce_logindex === headers.ce_logindex)) found.push({ key: String(message.key), value: JSON.parse(String(message.value)) as Record<string, unknown>, headers });
    },
  });
  await until(() => found.length >= count, { timeoutMs: 20_000, what: `${count} messages` });
  await reader.disconnect();
  return found;
}

beforeAll(async () => {
  world = await relayWorld();
  cli = await commandLine(world.fresh);
  process.env.KAFKA_BROKERS = world.topics.brokers;
  process.env.KAFKA_TOPIC_PREFIX = world.topics.prefix;
  world.startRelay();
  const people = await Promise.all(Array.from({ length: 30 }, () => world.grant()));
  middle = new Date().toISOString();
  for (const person of people) await world.withdraw(person);
  await until(async () => Number((await world.fresh.pool.query(`SELECT count(*) AS left FROM outbox`)).rows[0].left) === 0, { timeoutMs: 20_000, what: 'all indices' });
  size = Number((await world.fresh.pool.query('SELECT count(*) AS size FROM leaves')).rows[0].size);
  await until(() => world.seen.events.length === size, { timeoutMs: 20_000, what: 'all events' });
}, 60_000);
afterAll(async () => {
  delete process.env.KAFKA_BROKERS;
  delete process.env.KAFKA_TOPIC_PREFIX;
  cli?.close();
  await world.close();
});

test('a new system is sent the whole history on a topic of its own, marked, and the same as everybody had it; nobody else hears of it', async () => {
  const before = await shared();
  const stdout = await replayed('--topic', own('crm'));
  const id = /replay: ([0-9a-f-]{36})/.exec(stdout)?.[1];
  const found = await holdings(own('crm'), size);
  expect(found.map(({ headers }) => Number(headers.ce_logindex)).sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, at) => at));
  const byIndex = new Map(world.seen.events.map((one) => [one.headers.ce_logindex, one]));
  for (const { key, value, headers: { replay: mark, ...headers } } of found) {
    expect(mark).toBe(id);
    expect({ key, value, headers }).toEqual({ key: byIndex.get(headers.ce_logindex ?? '')?.key, value: byIndex.get(headers.ce_logindex ?? '')?.value, headers: byIndex.get(headers.ce_logindex ?? '')?.headers });
  }
  const seqs = new Map<string, number>();
  for (const { key, value } of found) {
    expect(Number(value.seq)).toBeGreaterThan(seqs.get(key) ?? 0);
    seqs.set(key, Number(value.seq));
  }
  expect(await shared()).toEqual(before);
}, 60_000);

describe('the consumer package reads it', () => {
  const options = (more: Partial<ReplayOptions> = {}): ReplayOptions => ({ system: 'crm', brokers: [world.topics.brokers], topic: own('crm'), onEvents: () => undefined, ...more });

  test('whole, those of one person in order, never two calls at a time', async () => {
    const found: ConsumedEvent[] = [];
    let [running, most] = [0, 0];
    const onEvents = async (events: readonly ConsumedEvent[]): Promise<void> => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setImmediate(resolve));
      found.push(...events);
      running -= 1;
    };
    const read = await readReplay(options({ onEvents, batch: 7 }));
    expect({ ...read, most, handed: found.length }).toEqual({ events: found.length, unreadable: 0, most: 1, handed: found.length });
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set(world.seen.events.map(({ headers }) => headers.ce_id)));
    const seqs = new Map<string, number>();
    // A page can come twice where a partition of a new topic had no leader yet.
    const firsts = found.filter(({ id }, at) => found.findIndex((one) => one.id === id) === at);
    for (const { data } of firsts) {
      expect(data.seq).toBeGreaterThan(seqs.get(data.person) ?? 0);
      seqs.set(data.person, data.seq);
    }
  }, 60_000);

  test('until a handler fails, whose error it gives, or it is told to end', async () => {
    let calls = 0;
    const onEvents = (): void => {
      calls += 1;
      throw new Error('the warehouse is full');
    };
    await expect(readReplay(options({ onEvents, batch: 7 }))).rejects.toThrow('the warehouse is full');
    expect(calls).toBe(1);
    const ending = new AbortController();
    const { events } = await readReplay(options({ onEvents: () => ending.abort(), batch: 7, signal: ending.signal }));
    expect(events).toBeGreaterThan(0);
    expect(events).toBeLessThan(size);
  }, 60_000);

  test('what is no event of a replay is counted and told by its place; a topic that is not there is named', async () => {
    await strangeTopic(own('strange'), { replay: 'x' });
    const places: object[] = [];
    const logger = { debug: () => undefined, info: () => undefined, error: () => undefined, warn: (place: object) => void places.push(place) };
    expect(await readReplay(options({ topic: own('strange'), logger }))).toEqual({ events: 0, unreadable: 1 });
    expect(places).toEqual([{ topic: own('strange'), partition: 0, offset: '0', detail: 'ce_id' }]);
    await expect(readReplay(options({ topic: undefined, topicPrefix: own('') }))).rejects.toThrow(`there is no topic ${own('consent.replay.crm')}`);
  }, 60_000);
});

test('a stretch of time is what was recorded in it, no more and no less', async () => {
  expect(await replayed('--topic', own('later'), '--from', middle)).toContain('30 events were sent');
  expect((await holdings(own('later'), 30)).every(({ headers }) => headers.ce_type === 'consent-withdrawn')).toBe(true);
  expect(await replayed('--topic', own('earlier'), '--to', middle)).toContain(`${size - 30} events were sent`);
}, 60_000);

test('it goes no faster than asked', async () => {
  const started = performance.now();
  await replayed('--topic', own('slow'), '--from', middle, '--rate', '15');
  expect(performance.now() - started).toBeGreaterThan(1_900);
}, 60_000);

/** A topic as somebody else made it, with one message in it. */
async function strangeTopic(topic: string, headers: Record<string, string>): Promise<void> {
  const admin = world.kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false }).finally(() => admin.disconnect());
  const producer = world.kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  // A broker may say for a moment that it does not know what it has just made.
  const sent = (): Promise<boolean> => producer.send({ topic, messages: [{ key: 'k', value: '{}', headers }] }).then(() => true);
  await until(sent, { timeoutMs: 20_000, what: topic }).finally(() => producer.disconnect());
}

test('what it sent stays until the topic is deleted, and it says so', async () => {
  expect(await replayed('--topic', own('kept'), '--from', middle)).toContain('Delete the topic once crm has read it');
  const admin = world.kafka.admin();
  await admin.connect();
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: own('kept') }] }).finally(() => admin.disconnect());
  const settings = Object.fromEntries(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]) ?? []);
  expect(settings).toMatchObject({ 'retention.ms': '-1', 'retention.bytes': '-1', 'cleanup.policy': 'delete' });
}, 60_000);

test("no topic of any ledger takes a replay, under whatever prefix, and it goes on behind nothing but a replay of this one", async () => {
  for (const name of ['events', 'dead']) {
    const { code, stderr } = await replay('--topic', `other.consent.${name}.v1`, '--from-index', '0');
    expect([code, stderr]).toEqual([2, expect.stringContaining('belongs to everybody')]);
  }
  await strangeTopic(own('orders'), {});
  await strangeTopic(own('elsewhere'), { replay: '018f3b5e-0000-7000-8000-000000000000', ce_source: 'https://consent.elsewhere.example' });
  for (const topic of [own('orders'), own('elsewhere')]) {
    const { code, stderr } = await replay('--topic', topic, '--from-index', '0');
    expect([code, stderr]).toEqual([2, expect.stringContaining('is no replay of this ledger')]);
    expect(stderr).not.toContain('it goes on with');
  }
}, 90_000);

test('a topic whose ends could not be read in time is not called one that holds something else', async () => {
  const { fresh: { pool, id, keyring }, topics: { prefix }, kafka } = world;
  const plan = { topic: own('crm'), prefix, replicas: 1, origin: keyring.origin, id: '018f3b5e-0000-7000-8000-000000000000', fromIndex: size, show: () => undefined };
  await expect(sendReplay(kafka, pool, id, { ...plan, lookMs: 1 })).rejects.toThrow(/could not be read within 0.001 seconds, so nothing was sent/);
  expect(await sendReplay(kafka, pool, id, plan)).toBe(0);
}, 60_000);

test("a topic of everybody's, one that holds messages, a wrong time or system: refused in one sentence", async () => {
  for (const [args, words] of [
    [['--topic', world.topics.names.events], 'belongs to everybody'],
    [['--topic', own('crm')], 'holds messages already'],
    [['--from', 'yesterday'], 'write a time like'],
    [['--rate', '0'], 'at least one a second'],
  ] as const) {
    const { code, stderr } = await replay(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  }
  expect((await cli.run(['systems', 'replay', 'Not An Id'])).stderr).toContain('is no id of a system');
}, 60_000);

test('what was cut off goes on where it says', async () => {
  expect(await replayed('--topic', own('crm'), '--from-index', String(size - 5))).toContain('5 events were sent');
}, 60_000);
