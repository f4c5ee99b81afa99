import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import { unlessAborted } from './back-off.js';
import { readTopic } from './read-topic.js';
import type { RawMessage } from './received.js';

/** Offsets of one partition from `from` up to, and without, `to`. All of them must still be in the topic. */
export interface Stretch {
  partition: number;
  from: string;
  to: string;
}

export interface ReadStretches {
  kafka: Kafka;
  topic: string;
  /** Begins the name of the group that reads, which is deleted afterwards. */
  group: string;
  sessionTimeoutMs?: number;
  stretches: readonly Stretch[];
  signal?: AbortSignal;
  /** Gets every message of the stretches once, those of one partition in order. */
  take: (message: RawMessage) => void;
}

const lies = ({ offset }: RawMessage, { from, to }: Stretch): boolean => BigInt(offset) >= BigInt(from) && BigInt(offset) < BigInt(to);

/**
 * Reads a part of a topic that is not compacted and takes no group's place. Resolves when all is read, or `signal` is
 * aborted. Throws when Kafka fails.
 */
export async function readStretches({ kafka, topic, group, sessionTimeoutMs = 8_000, stretches, signal = new AbortController().signal, take }: ReadStretches): Promise<void> {
  const open = new Map(stretches.filter(({ from, to }) => BigInt(from) < BigInt(to)).map((one) => [one.partition, one]));
  if (open.size === 0) return;
  const starts = [...open.values()].map(({ partition, from }) => ({ topic, partition, offset: from }));
  const groupId = `${group}-${randomUUID()}`;
  let resolve: () => void = () => undefined;
  const reached = new Promise<void>((done) => (resolve = done));
  const readTo = (partition: number, offset: string): void => {
    if (BigInt(offset) + 1n >= BigInt(open.get(partition)?.to ?? 0)) open.delete(partition);
    if (open.size === 0) resolve();
  };
  const { consumer, broken } = await readTopic({
    kafka,
    groupId,
    topic,
    sessionTimeoutMs,
    slice: 1_000,
    prepare: (one) => {
      one.on(one.events.GROUP_JOIN, () => starts.forEach((start) => one.seek(start)));
      // Of what holds marks and transactions that were given up alone, nothing is handed over at all.
      one.on(one.events.END_BATCH_PROCESS, ({ payload: { batchSize, partition, lastOffset } }) => {
        if (batchSize === 0) readTo(partition, lastOffset);
      });
    },
    take: async (messages, batch) => {
      const { partition } = batch;
      const wanted = open.get(partition);
      if (wanted) messages.filter((raw) => lies(raw, wanted)).forEach(take);
      const last = messages.at(-1)?.offset ?? '-1';
      // Behind the last message there may be the mark of a transaction, which nobody is handed.
      readTo(partition, last === batch.messages.at(-1)?.offset ? batch.lastOffset() : last);
      return true;
    },
  });
  try {
    await unlessAborted(signal, Promise.race([reached, broken]));
  } finally {
    await consumer.disconnect().catch(() => undefined);
    const admin = kafka.admin();
    await admin.connect().then(() => admin.deleteGroups([groupId])).catch(() => undefined);
    await admin.disconnect().catch(() => undefined);
  }
}
