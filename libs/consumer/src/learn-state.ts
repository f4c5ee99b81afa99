import { randomUUID } from 'node:crypto';
import { topicsOf } from '#contracts';
import type { Admin, Kafka } from 'kafkajs';
import { unlessAborted } from './back-off.js';
import { findEnd } from './find-end.js';
import { findLastIndex, type Extent } from './find-last-index.js';
import { gather } from './gather.js';
import { giveBack } from './give-back.js';
import type { Span } from './log/spans.js';
import { readState } from './read-message.js';
import { readTopic } from './read-topic.js';
import { logIndexOf, type RawMessage } from './received.js';
import { doWork, type Workshop } from './work.js';

/** Reads the state topic up to its end; gives the highest log index that it comes from. */
async function readToEnd(shop: Workshop, kafka: Kafka, admin: Admin, ends: Map<number, bigint>): Promise<number | undefined> {
  if (ends.size === 0) return undefined;
  const { system, topicPrefix = '', batch = 1_000, sessionTimeoutMs = 8_000 } = shop.options;
  const groupId = `${topicPrefix}samtycke-${system}-state-${randomUUID()}`;
  const { brokers } = await admin.describeCluster();
  const ending = findEnd(ends, brokers.length);
  let last: number | undefined;
  const work = gather<RawMessage>(batch * 2, (messages) => doWork(shop, 'state', messages.map(readState), () => undefined));
  const take = (messages: RawMessage[]): Promise<boolean> => {
    for (const raw of messages) last = logIndexOf(raw) === undefined ? last : Math.max(last ?? -1, logIndexOf(raw) ?? -1);
    return work(messages).then(() => true, (error: unknown) => giveBack(shop, error));
  };
  const { state } = topicsOf(topicPrefix);
  const { consumer, broken } = await readTopic({ kafka, groupId, topic: state, sessionTimeoutMs, slice: batch, take, prepare: ending.prepare });
  try {
    await unlessAborted(shop.around.signal, Promise.race([ending.reached, broken]));
  } finally {
    await consumer.disconnect().catch(() => undefined);
    await admin.deleteGroups([groupId]).catch(() => undefined);
  }
  return last;
}

/**
 * What of the log need not come any more, since the state says it: all up to the last event before the noted place.
 * Nothing where that cannot be told, because Kafka has no events any more.
 */
function behindUs(events: readonly Extent[], ...found: (number | undefined)[]): Span[] {
  const known = found.filter((index) => index !== undefined);
  const untouched = events.every(({ high }) => high === '0');
  return untouched || known.length > 0 ? [{ from: -1, to: Math.max(-1, ...known) }] : [];
}

/**
 * Learns the state without the events: notes where the events end, reads the state topic up to its end, then notes in
 * one transaction that it is informed and goes on from the noted place. A system that has a place already keeps it.
 * `madeUp`: the state makes up for events that are missing from the topic, which stay missing. Repeating it is harmless. Throws when Kafka or the store fails, or when it is stopped meanwhile.
 */
export async function learnState(shop: Workshop, kafka: Kafka, { madeUp = false } = {}): Promise<void> {
  const { store, topicPrefix = '', purposes, system, sessionTimeoutMs = 8_000 } = shop.options;
  const { signal } = shop.around;
  const topics = topicsOf(topicPrefix);
  const admin = kafka.admin();
  try {
    await admin.connect();
    const events = await admin.fetchTopicOffsets(topics.events);
    const states = await admin.fetchTopicOffsets(topics.state);
    const filled = states.filter(({ low, high }) => low !== high);
    const group = `${topicPrefix}samtycke-${system}-log`;
    const [ofEvents, ofState] = await Promise.all([
      findLastIndex({ kafka, topic: topics.events, group, sessionTimeoutMs, signal }, events),
      readToEnd(shop, kafka, admin, new Map(filled.map(({ partition, high }) => [partition, BigInt(high)]))),
    ]);
    signal.throwIfAborted();
    const kept = await store.positions(topics.events);
    const places = new Map(kept.size > 0 ? [] : events.map(({ partition, high }): [number, string] => [partition, high]));
    await store.transact(async (session) => {
      await session.note(topics.events, places, madeUp ? [] : behindUs(events, ofEvents, ofState));
      await session.inform(purposes, new Date());
    });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
