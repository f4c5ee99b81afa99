import type { Batch, Consumer as KafkaConsumer, Kafka } from 'kafkajs';
import type { RawMessage } from './received.js';

export interface Reading {
  consumer: KafkaConsumer;
  /** Rejects when the reader has died and must be made anew; never resolves. */
  broken: Promise<never>;
}

export interface ReadOptions {
  kafka: Kafka;
  groupId: string;
  topic: string;
  sessionTimeoutMs: number;
  /** Messages handed over at a time. */
  slice: number;
  /**
   * Takes a slice of one partition; slices of one partition come one after the other. Resolves to false to give the
   * messages back unread. Must not throw.
   */
  take: (messages: RawMessage[], batch: Batch) => Promise<boolean>;
  /** Waits for so many bytes, or milliseconds, at each fetch: for a reader that need not be quick. */
  gather?: { bytes: number; milliseconds: number };
  /** Before the reader runs: the place to listen to its events. */
  prepare?: (consumer: KafkaConsumer) => void;
}

const MAX_WAIT_MS = 500;
const HEARTBEAT_MS = 1_000;
/** A reader that neither fetches nor works for so long hangs, whatever it says of itself. */
const SILENCE_MS = 60_000;

function slicesOf(batch: Batch, size: number): RawMessage[][] {
  const { topic, partition } = batch;
  const raw = batch.messages.map(({ offset, key, value, headers }): RawMessage => ({ topic, partition, offset, key, value, headers }));
  return Array.from({ length: Math.ceil(raw.length / size) }, (_, index) => raw.slice(index * size, (index + 1) * size));
}

/** Rejects on a crash, and when nothing has moved for a minute. */
function watch(consumer: KafkaConsumer, isBusy: () => boolean): { broken: Promise<never>; end: () => void } {
  let movedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  consumer.on(consumer.events.FETCH, () => (movedAt = performance.now()));
  const broken = new Promise<never>((_, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    timer = setInterval(() => {
      if (isBusy()) movedAt = performance.now();
      else if (performance.now() - movedAt > SILENCE_MS) reject(new Error('the reader fell silent'));
    }, 5_000).unref();
  });
  broken.catch(() => undefined);
  return { broken, end: () => clearInterval(timer) };
}

/**
 * Reads a topic as a member of a group, always from the beginning where the group has no place yet. Offsets are not
 * committed here. Throws when Kafka cannot be reached; later failures come by `broken`, and nothing restarts by itself.
 */
export async function readTopic(options: ReadOptions): Promise<Reading> {
  const { kafka, groupId, topic, sessionTimeoutMs, slice, take, gather, prepare } = options;
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: HEARTBEAT_MS,
    minBytes: gather?.bytes ?? 1,
    maxWaitTimeInMs: gather?.milliseconds ?? MAX_WAIT_MS,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 4, restartOnFailure: async () => false },
  });
  let busy = 0;
  const { broken, end } = watch(consumer, () => busy > 0);
  consumer.on(consumer.events.DISCONNECT, end);
  prepare?.(consumer);
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
  } catch (error) {
    end();
    await consumer.disconnect().catch(() => undefined);
    throw error;
  }
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 64,
    eachBatch: async ({ batch, heartbeat, resolveOffset, isRunning, isStale }) => {
      busy += 1;
      const beat = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_MS);
      try {
        for (const messages of slicesOf(batch, slice)) {
          if (!isRunning() || isStale() || !(await take(messages, batch))) return;
          resolveOffset(messages.at(-1)?.offset ?? batch.lastOffset());
        }
      } finally {
        clearInterval(beat);
        busy -= 1;
      }
    },
  });
  return { consumer, broken };
}
