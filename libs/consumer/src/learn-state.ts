import { randomUUID } from 'node:crypto';
import { topicsOf } from '#contracts';
import type { Admin, Kafka } from 'kafkajs';
import { unlessAborted } from './back-off.js';
import { findEnd } from './find-end.js';
import { gather } from './gather.js';
import { giveBack } from './give-back.js';
import { loadPositions, saveInformed, savePositions } from './positions.js';
import { readState } from './read-message.js';
import { readTopic } from './read-topic.js';
import type { RawMessage } from './received.js';
import { transact } from './transact.js';
import { doWork, type Workshop } from './work.js';

async function readToEnd(shop: Workshop, kafka: Kafka, admin: Admin, ends: Map<number, bigint>): Promise<void> {
  if (ends.size === 0) return;
  const { system, topicPrefix = '', batch = 1_000, sessionTimeoutMs = 8_000 } = shop.options;
  const groupId = `${topicPrefix}samtycke-${system}-state-${randomUUID()}`;
  const { brokers } = await admin.describeCluster();
  const ending = findEnd(ends, brokers.length);
  const work = gather<RawMessage>(batch * 2, (messages) => doWork(shop, 'state', messages.map(readState), () => undefined));
  const take = (messages: RawMessage[]): Promise<boolean> => work(messages).then(() => true, (error: unknown) => giveBack(shop, error));
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
