import { randomUUID } from 'node:crypto';
import { topicsOf } from '#contracts';
import type { Admin, Consumer as KafkaConsumer, Kafka } from 'kafkajs';
import { unlessAborted } from './back-off.js';
import { gather } from './gather.js';
import { loadPositions, saveInformed, savePositions } from './positions.js';
import { readState } from './read-message.js';
import { readTopic } from './read-topic.js';
import type { RawMessage } from './received.js';
import { transact } from './transact.js';
import { doWork, type Workshop } from './work.js';

interface Ending {
  prepare: (consumer: KafkaConsumer) => void;
  reached: Promise<void>;
}

/** Fetches that must come back empty, one after the other, from every broker. */
const QUIET_FETCHES = 3;

/**
 * The end of a compacted topic: each partition read up to its end as noted. Where compaction has taken the last records
 * away no message ever carries that offset; then a few fetches in a row that bring nothing are the end.
 */
function endOf(ends: Map<number, bigint>, brokers: number): Ending {
  let resolve: () => void = () => undefined;
  const reached = new Promise<void>((done) => (resolve = done));
  const quiet = new Map<string, number>();
  const prepare = (consumer: KafkaConsumer): void => {
    consumer.on(consumer.events.START_BATCH_PROCESS, () => quiet.clear());
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      if (BigInt(payload.lastOffset) + 1n >= (ends.get(payload.partition) ?? 0n)) ends.delete(payload.partition);
      if (ends.size === 0) resolve();
    });
    consumer.on(consumer.events.FETCH, ({ payload }) => {
      const node = String((payload as unknown as { nodeId: number }).nodeId);
      quiet.set(node, (quiet.get(node) ?? 0) + 1);
      if (quiet.size >= brokers && [...quiet.values()].every((count) => count >= QUIET_FETCHES)) resolve();
    });
  };
  return { prepare, reached };
}

async function readToEnd(shop: Workshop, kafka: Kafka, admin: Admin, ends: Map<number, bigint>): Promise<void> {
  if (ends.size === 0) return;
  const { system, topicPrefix = '', batch = 1_000, sessionTimeoutMs = 8_000 } = shop.options;
  const groupId = `${topicPrefix}samtycke-${system}-state-${randomUUID()}`;
  const { brokers } = await admin.describeCluster();
  const ending = endOf(ends, brokers.length);
  const work = gather<RawMessage>(batch * 2, (messages) => doWork(shop, 'state', messages.map(readState), () => undefined));
  const take = (messages: RawMessage[]): Promise<boolean> => work(messages).then(() => true, () => false);
  const { state } = topicsOf(topicPrefix);
  const { consumer, broken } = await readTopic({ kafka, groupId, topic: state, sessionTimeoutMs, slice: batch, take, prepare: ending.prepare });
  try {
    await unlessAborted(shop.around.signal, Promise.race([ending.reached, broken]));
  } finally {
    await consumer.disconnect().catch(() => undefined);
    await admin.deleteGroups([groupId]).catch(() => undefined);
  }
}

/**
 * Learns the state without the events: notes where the events end, reads the state topic up to its end, then notes in
 * one transaction that it is informed and goes on from the noted place. A system that has a place already keeps it.
 * Repeating it is harmless. Throws when Kafka or the database fails, or when it is stopped meanwhile.
 */
export async function learnState(shop: Workshop, kafka: Kafka): Promise<void> {
  const { pool, topicPrefix, purposes } = shop.options;
  const topics = topicsOf(topicPrefix);
  const admin = kafka.admin();
  try {
    await admin.connect();
    const events = await admin.fetchTopicOffsets(topics.events);
    const states = await admin.fetchTopicOffsets(topics.state);
    const filled = states.filter(({ low, high }) => low !== high);
    await readToEnd(shop, kafka, admin, new Map(filled.map(({ partition, high }) => [partition, BigInt(high)])));
    shop.around.signal.throwIfAborted();
    const kept = await loadPositions(pool, topics.events);
    await transact(pool, async (transaction) => {
      if (kept.size === 0) await savePositions(transaction, topics.events, new Map(events.map(({ partition, high }) => [partition, high])));
      await saveInformed(transaction, purposes, new Date());
    });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
