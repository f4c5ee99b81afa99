import { randomUUID } from 'node:crypto';
import type { Admin } from 'kafkajs';
import { unlessAborted } from './back-off.js';
import { connectKafka } from './connect-kafka.js';
import type { ConsumedEvent } from './events.js';
import { isNoTopic } from './faults.js';
import { findEnd } from './find-end.js';
import { gather } from './gather.js';
import type { KafkaAccess } from './kafka-access.js';
import { silent, type ConsumerLogger } from './options.js';
import { readEvent } from './read-message.js';
import { readTopic } from './read-topic.js';
import { headerOf, isUnreadable, type RawMessage } from './received.js';

export interface ReplayOptions extends KafkaAccess {
  /** The system's id in the ledger, to which the history was sent. */
  system: string;
  topicPrefix?: string;
  /** Where it was sent to; `consent.replay.<system>` behind the prefix by default. */
  topic?: string;
  /** Gets the events, those of one person in order, never two calls at a time. What it throws ends the reading. */
  onEvents: (events: readonly ConsumedEvent[]) => Promise<void> | void;
  /** Events of one call, about; 1,000 by default. */
  batch?: number;
  logger?: ConsumerLogger;
  /** Aborted, it ends after the call that is under way, and gives what was read by then. */
  signal?: AbortSignal;
}

export interface ReplayRead {
  /** Events handed over. */
  events: number;
  /** Messages that are no event of a replay; each is told to the logger by its place. */
  unreadable: number;
}

async function endsOfReplay(admin: Admin, topic: string, system: string): Promise<Map<number, bigint>> {
  const all = await admin.fetchTopicOffsets(topic).catch((error: unknown) => {
    if (!isNoTopic(error)) throw error;
    throw new Error(`there is no topic ${topic}: \`samtycke systems replay ${system}\` makes it`, { cause: error });
  });
  return new Map(all.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, BigInt(high)]));
}

/**
 * Reads a history that `samtycke systems replay` has sent to a topic of the system's own: from its beginning to where it ends when this
 * is called, or a little beyond. At least once: an event that was sent twice comes twice, with the same `id`, and a reading that was cut off begins
 * anew. Keeps no state, acknowledges nothing, and is apart from the system's consumer: what holds now is the consumer's to say. Throws what
 * `onEvents` throws, and when Kafka fails.
 */
export async function readReplay({ system, topicPrefix = '', topic = `${topicPrefix}consent.replay.${system}`, onEvents, batch = 1_000, logger = silent, signal = new AbortController().signal, ...access }: ReplayOptions): Promise<ReplayRead> {
  const kafka = connectKafka(system, access, logger);
  const admin = kafka.admin();
  const found: ReplayRead = { events: 0, unreadable: 0 };
  let fail: (error: unknown) => void = () => undefined;
  let isOver = false;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);

  function eventsIn(messages: readonly RawMessage[]): ConsumedEvent[] {
    return messages.flatMap((raw) => {
      const event = headerOf(raw, 'replay') === undefined ? undefined : readEvent(raw);
      if (event && !isUnreadable(event)) return [{ id: event.id, type: event.type, data: event.data, logIndex: event.logIndex } as ConsumedEvent];
      found.unreadable += 1;
      logger.warn({ topic, partition: raw.partition, offset: raw.offset, detail: event?.detail ?? 'replay' }, 'a message is no event of a replay');
      return [];
    });
  }

  const work = gather<RawMessage>(batch, async (messages) => {
    const events = eventsIn(messages);
    if (isOver || signal.aborted || events.length === 0) return;
    await onEvents(events);
    found.events += events.length;
  });
  const take = (messages: RawMessage[]): Promise<boolean> =>
    work(messages).then(
      () => !isOver && !signal.aborted,
      (error: unknown) => {
        isOver = true;
        fail(error);
        return false;
      },
    );

  try {
    await admin.connect();
    const ends = await endsOfReplay(admin, topic, system);
    if (ends.size === 0) return found;
    const groupId = `${topicPrefix}samtycke-${system}-replay-${randomUUID()}`;
    const ending = findEnd(ends, (await admin.describeCluster()).brokers.length);
    const { consumer, broken } = await readTopic({ kafka, groupId, topic, sessionTimeoutMs: 8_000, slice: batch, take, prepare: ending.prepare });
    try {
      await unlessAborted(signal, Promise.race([ending.reached, broken, failed]));
    } finally {
      await consumer.disconnect().catch(() => undefined);
      await admin.deleteGroups([groupId]).catch(() => undefined);
    }
    return found;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
