import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel, Partitioners, type Consumer, type IHeaders } from 'kafkajs';
import { pino } from 'pino';
import { decideFact } from '#consent';
import { changeConsent, newHolderId, personCall, streamsOf, uuidv7 } from '#ledger';
import { freshLedger, freshTopics, until, type FreshLedger } from '#testing';
import { runRelay } from '../../apps/relay/src/relay.js';

/** A message as it lies in a topic. */
export interface Seen {
  key: string;
  value: Record<string, unknown> | null;
  headers: Record<string, string>;
  offset: number;
  partition: number;
}

export interface RelayWorld {
  fresh: FreshLedger;
  topics: ReturnType<typeof freshTopics>;
  kafka: Kafka;
  /** What lies on the two topics, in order of arrival; of what was deleted nothing is forgotten. */
  seen: Record<'events' | 'state', Seen[]>;
  startRelay(options?: { createTopics?: boolean }): { stop(): Promise<void> };
  grant(person?: string): Promise<string>;
  withdraw(person: string): Promise<void>;
  erase(person: string): Promise<void>;
  /** Puts a record on the state topic, as a leader that slept would. */
  putState(record: { key: string; value: string | null; headers: Record<string, string>; partition: number }): Promise<void>;
  /** Reads both topics from their beginning anew. */
  readAnew(): Promise<void>;
  close(): Promise<void>;
}

const textOf = (headers: IHeaders | undefined): Record<string, string> => Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));

/** A ledger, its topics and a relay in this process. */
export async function relayWorld(): Promise<RelayWorld> {
  const fresh = await freshLedger();
  const logDir = await mkdtemp(join(tmpdir(), 'samtycke-relay-'));
  const topics = freshTopics();
  await topics.create();
  const kafka = new Kafka({ clientId: 'relay-test', brokers: topics.brokers.split(','), logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
  await producer.connect();
  const seen: RelayWorld['seen'] = { events: [], state: [] };
  const relays = new Set<() => Promise<void>>();
  let reader: Consumer | undefined;
  const actor = { kind: 'system' as const, id: 'crm' };
  const newsletter = fresh.catalogue.purposes.get('newsletter');
  if (!newsletter) throw new Error('no purpose');
  const decide = async (person: string, decision: 'grant' | 'withdraw'): Promise<void> => {
    const notice = decision === 'grant' ? fresh.catalogue.notices.get('newsletter-signup\n1.3\nsv') : undefined;
    await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person, kind: 'person' }], wishes: [{ purpose: newsletter, decision }], actor, notice, evidence: {} }));
  };
  /** A reader that joins while a new topic has no leaders yet can die of it. */
  const led = async (): Promise<boolean> => {
    const admin = kafka.admin();
    await admin.connect();
    const found = await admin.fetchTopicMetadata({ topics: [topics.names.state, topics.names.events] }).finally(() => admin.disconnect());
    return found.topics.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0));
  };
  const readAnew = async (): Promise<void> => {
    await until(led, { timeoutMs: 30_000, what: 'the leaders of both topics' });
    await reader?.disconnect();
    seen.events = [];
    seen.state = [];
    reader = kafka.consumer({ groupId: `${topics.prefix}${uuidv7()}`, maxWaitTimeInMs: 100 });
    // Otherwise it would look as if the relay sent nothing.
    reader.on(reader.events.CRASH, ({ payload: { error, restart } }) => void process.stderr.write(`the reader of this test broke${restart ? ', and begins again' : ''}: ${error.message}\n`));
    await reader.connect();
    await reader.subscribe({ topics: [topics.names.state, topics.names.events], fromBeginning: true });
    await reader.run({
      eachMessage: async ({ topic, partition, message }) => {
        const value = message.value === null ? null : (JSON.parse(message.value.toString()) as Record<string, unknown>);
        seen[topic === topics.names.state ? 'state' : 'events'].push({ key: String(message.key), value, headers: textOf(message.headers), offset: Number(message.offset), partition });
      },
    });
  };
  await readAnew();
  return {
    fresh, topics, kafka, seen, readAnew,
    startRelay({ createTopics = true } = {}) {
      const ending = new AbortController();
      const running = runRelay({ pool: fresh.pool, databaseUrl: fresh.url, ledger: fresh.id, brokers: topics.brokers.split(','), prefix: topics.prefix, createTopics, replicas: 1, keyring: fresh.keyring, logDir, log: pino({ level: process.env.LOG_LEVEL ?? 'silent' }) }, ending.signal);
      const stop = async (): Promise<void> => {
        relays.delete(stop);
        ending.abort();
        await running;
      };
      relays.add(stop);
      return { stop };
    },
    async grant(person = newHolderId()) {
      await decide(person, 'grant');
      return person;
    },
    withdraw: (person) => decide(person, 'withdraw'),
    async erase(person) {
      const purposes = [...fresh.catalogue.purposes.values()].filter((one) => one.holder === 'person');
      const decideErasure = (view: Parameters<Parameters<typeof personCall>[0]['decide']>[0]) => decideFact({ kind: 'erase', reason: 'erased', ground: 'eu-gdpr:A17-1-b', kept: [] }, view.person, streamsOf(view, purposes), view.recordedAt);
      await fresh.ledger.append(personCall({ request: uuidv7(), holder: { person, kind: 'person' }, actor, purposes, decide: decideErasure }));
    },
    async putState({ key, value, headers, partition }) {
      await producer.send({ topic: topics.names.state, acks: -1, messages: [{ key, value, headers, partition }] });
    },
    async close() {
      for (const stop of relays) await stop();
      await Promise.all([reader?.disconnect(), producer.disconnect()]);
      await topics.drop();
      await fresh.close();
      await rm(logDir, { recursive: true, force: true });
    },
  };
}

/** What the topic holds of a key once it is compacted. */
export const lastOf = (seen: readonly Seen[], key: string): Seen | undefined => seen.filter((one) => one.key === key).at(-1);
