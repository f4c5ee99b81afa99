import { randomUUID } from 'node:crypto';
import { topicsOf } from '#contracts';
import type { Admin, Kafka } from 'kafkajs';
import { unlessAborted } from './back-off.js';
import { findEnd } from './find-end.js';
import { gather } from './gather.js';
import { readState } from './read-message.js';
import { readTopic } from './read-topic.js';
import { logIndexOf, type RawMessage } from './received.js';
import { doWork, type Workshop } from './work.js';

/** Where each partition of the state topic that holds something ends. */
async function endsOfState(admin: Admin, topic: string): Promise<Map<number, bigint>> {
  const states = await admin.fetchTopicOffsets(topic);
  return new Map(states.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, BigInt(high)]));
}

export interface ReadState {
  /** Which records are applied: all by default. */
  wanted?: (raw: RawMessage) => boolean;
  /** Gets every record, wanted or not; nothing behind it is read before. What it throws ends the reading. */
  seen?: (records: readonly RawMessage[]) => Promise<void>;
}

/**
 * Reads the state topic up to where it ends now, and applies the records that are `wanted`; gives the highest log index that
 * any comes from. Throws when Kafka fails, and when a record cannot be applied now: it is to be read again from the beginning.
 */
export async function readStateToEnd(shop: Workshop, kafka: Kafka, admin: Admin, { wanted = () => true, seen = async () => undefined }: ReadState = {}): Promise<number | undefined> {
  const { system, topicPrefix = '', batch = 1_000, sessionTimeoutMs = 8_000 } = shop.options;
  const { state: topic } = topicsOf(topicPrefix);
  const ends = await endsOfState(admin, topic);
  if (ends.size === 0) return undefined;
  const groupId = `${topicPrefix}samtycke-${system}-state-${randomUUID()}`;
  const { brokers } = await admin.describeCluster();
  const ending = findEnd(ends, brokers.length);
  let last: number | undefined;
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  const work = gather<RawMessage>(batch * 2, (messages) => doWork(shop, 'state', messages.map(readState), () => undefined));
  const take = async (messages: RawMessage[]): Promise<boolean> => {
    for (const raw of messages) last = logIndexOf(raw) === undefined ? last : Math.max(last ?? -1, logIndexOf(raw) ?? -1);
    const some = messages.filter(wanted);
    try {
      await seen(messages);
      if (some.length === 0) return true;
      await shop.sender.room();
      await work(some);
      return true;
    } catch (error) {
      fail(error);
      return false;
    }
  };
  const { consumer, broken } = await readTopic({ kafka, groupId, topic, sessionTimeoutMs, slice: batch, take, prepare: ending.prepare });
  try {
    await unlessAborted(shop.around.signal, Promise.race([ending.reached, broken, failed]));
  } finally {
    await consumer.disconnect().catch(() => undefined);
    await admin.deleteGroups([groupId]).catch(() => undefined);
  }
  return last;
}
