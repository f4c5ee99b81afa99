import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, Partitioners, type IHeaders, type Message, type Producer } from 'kafkajs';
import pg from 'pg';
import { createConsumer, migrateConsumer, openPool, pgStore, type Consumer, type ConsumerOptions, type Store, type Transaction } from '#consumer';
import { messageData, messageHeaders, stateKey, WHOLE_PERSON, type Ack, type After, type EventType, type LedgerEvent } from '#contracts';
import { freshDatabase, freshTopics, until, type FreshDatabase, type FreshTopics } from '#testing';

type Told = Partial<Omit<LedgerEvent, 'after'>> & { type: EventType; purpose: string; after: After };

/** Writes what the ledger's relay would send: events with rising versions, and state records before them. */
export interface Writer {
  /** The next event of a person and purpose. */
  next(person: string, told: Told): LedgerEvent;
  grant(person: string, purpose?: string, after?: After): LedgerEvent;
  withdraw(person: string, purpose?: string, after?: After): LedgerEvent;
  erase(person: string): LedgerEvent[];
  /** Sends the state record, then the event, of each. */
  send(...events: LedgerEvent[]): Promise<void>;
  sendEvents(...events: LedgerEvent[]): Promise<void>;
  sendState(...events: LedgerEvent[]): Promise<void>;
  sendTombstone(person: string, purpose: string): Promise<void>;
  sendRaw(topic: 'events' | 'state' | 'dead', message: Message): Promise<void>;
  close(): Promise<void>;
}

const hash = 'ab'.repeat(32);
let clock = Date.parse('2026-11-22T10:00:00Z');
const now = (): string => `${new Date((clock += 1)).toISOString().slice(0, -1)}000Z`;

export const eventMessage = (event: LedgerEvent, index = 0): Message => ({
  key: event.person,
  value: JSON.stringify(messageData(event, hash)),
  headers: messageHeaders(event, index),
});

const partitioner = Partitioners.DefaultPartitioner();
const partitionMetadata = Array.from({ length: 32 }, (_, partitionId) => ({ partitionErrorCode: 0, partitionId, leader: 0, replicas: [], isr: [] }));
export const partitionOf = (person: string): number => partitioner({ topic: '', partitionMetadata, message: { key: person, value: null } });

export async function createWriter({ brokers, names }: FreshTopics): Promise<Writer> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const producer: Producer = kafka.producer({ allowAutoTopicCreation: false, createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const seqs = new Map<string, number>();
  const versions = new Map<string, number>();
  const indices = new Map<string, number>();
  const indexOf = ({ event }: LedgerEvent): number => {
    const index = indices.get(event) ?? indices.size;
    indices.set(event, index);
    return index;
  };
  const count = (map: Map<string, number>, key: string): number => {
    map.set(key, (map.get(key) ?? 0) + 1);
    return map.get(key) ?? 0;
  };
  const next = (person: string, told: Told): LedgerEvent => ({
    v: 1,
    ledger: 'test.example/ledger',
    event: randomUUID(),
    kind: 'person',
    person,
    seq: count(seqs, person),
    version: count(versions, `${person} ${told.purpose}`),
    occurredAt: now(),
    recordedAt: now(),
    actor: { kind: 'person', id: person },
    request: randomUUID(),
    ordinal: 0,
    ...told,
  });
  const state = (event: LedgerEvent): Message => ({ ...eventMessage(event, indexOf(event)), key: stateKey(event.person, event.purpose), partition: partitionOf(event.person) });
  const send = async (topic: string, messages: Message[]): Promise<void> => {
    for (let from = 0; from < messages.length; from += 500) await producer.send({ topic, messages: messages.slice(from, from + 500), acks: -1 });
  };
  const sendState: Writer['sendState'] = (...events) => send(names.state, events.map(state));
  const sendEvents: Writer['sendEvents'] = (...events) => send(names.events, events.map((event) => eventMessage(event, indexOf(event))));
  return {
    next,
    grant: (person, purpose = 'newsletter', after = {}) =>
      next(person, { type: 'consent-granted', decision: 'grant', purpose, after: { status: 'given', allowed: true, since: now(), ...after } }),
    withdraw: (person, purpose = 'newsletter', after = {}) =>
      next(person, { type: 'consent-withdrawn', decision: 'withdraw', reason: 'person', purpose, after: { status: 'withdrawn', allowed: false, since: now(), ...after } }),
    erase: (person) => [
      next(person, { type: 'consent-withdrawn', reason: 'erased', purpose: 'newsletter', after: { status: 'withdrawn', allowed: false } }),
      next(person, { type: 'person-erased', purpose: WHOLE_PERSON, after: { restricted: false, erased: true, suppressed: false } }),
    ],
    send: async (...events) => {
      await sendState(...events);
      await sendEvents(...events);
    },
    sendEvents,
    sendState,
    sendTombstone: (person, purpose) => send(names.state, [{ key: stateKey(person, purpose), value: null, partition: partitionOf(person) }]),
    sendRaw: (topic, message) => send(names[topic], [message]),
    close: () => producer.disconnect(),
  };
}

export interface Letter {
  key: string;
  value: string | null;
  headers: Record<string, string>;
}

/** Everything that stands in a topic now. */
export async function readAll({ brokers }: FreshTopics, topic: string): Promise<Letter[]> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  const total = offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  const groupId = `look-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  const found: Letter[] = [];
  const textOf = (headers: IHeaders = {}): Record<string, string> => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  if (total > 0) {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => void found.push({ key: String(message.key), value: message.value?.toString() ?? null, headers: textOf(message.headers) }),
    });
    await until(() => found.length >= total, { timeoutMs: 20_000, what: `${total} records of ${topic}` });
    await consumer.disconnect();
    await admin.deleteGroups([groupId]);
  }
  await admin.disconnect();
  return found;
}

export interface World {
  database: FreshDatabase;
  topics: FreshTopics;
  pool: pg.Pool;
  writer: Writer;
  /** Makes and starts a consumer on this world's topics and database, and waits until it follows. */
  consume<T = Transaction>(options?: Partial<ConsumerOptions<T>>): Promise<Consumer>;
  acks(): Promise<Ack[]>;
  /** Waits until these events are acknowledged, and gives their acknowledgements. */
  acknowledged(...events: LedgerEvent[]): Promise<Ack[]>;
  dead(): Promise<Letter[]>;
  /** Stops the consumers made so far. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

/** Topics, a database and a writer of one test alone. */
export async function createWorld(made: () => Promise<FreshDatabase> = freshDatabase): Promise<World> {
  const topics = freshTopics();
  // A broker may say for a moment that it does not know what it has just made.
  const created = until(() => topics.create().then(() => true), { timeoutMs: 20_000, what: 'the topics' });
  const [database] = await Promise.all([made(), created]);
  const pool = openPool({ url: database.url, name: 'test' });
  await migrateConsumer(pool);
  const writer = await createWriter(topics);
  const consumers: Consumer[] = [];
  const rest = async (): Promise<void> => void (await Promise.all(consumers.splice(0).map((consumer) => consumer.stop())));
  const acks = async (): Promise<Ack[]> => (await readAll(topics, topics.names.acks)).map(({ value }) => JSON.parse(value ?? '') as Ack);
  return {
    database,
    topics,
    pool,
    writer,
    consume: async <T>(options: Partial<ConsumerOptions<T>> = {}) => {
      const store = options.store ?? (pgStore(pool) as unknown as Store<T>);
      const consumer = createConsumer<T>({ system: 'test', brokers: topics.brokers.split(','), topicPrefix: topics.prefix, commitIntervalMs: 100, ...options, store });
      consumers.push(consumer);
      await consumer.start();
      await consumer.following();
      return consumer;
    },
    acks,
    acknowledged: async (...events) => {
      const wanted = new Set(events.map(({ event }) => event));
      return until(
        async () => {
          const found = (await acks()).filter(({ event }) => wanted.has(event));
          return new Set(found.map(({ event }) => event)).size === wanted.size && found;
        },
        { timeoutMs: 30_000, what: `acknowledgements of ${events.length} events` },
      );
    },
    dead: () => readAll(topics, topics.names.dead),
    rest,
    close: async () => {
      await rest();
      await writer.close();
      await pool.end();
      await Promise.all([topics.drop(), database.drop()]);
    },
  };
}
