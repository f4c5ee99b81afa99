import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type KafkaMessage } from 'kafkajs';

export interface Record {
  partition: number;
  offset: number;
  key: string;
  headers: { [name: string]: string };
  value: Buffer | null;
}

function recordOf(partition: number, { key, value, headers = {}, offset }: KafkaMessage): Record {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, one]) => [name, String(one)]));
  return { partition, offset: Number(offset), key: String(key), headers: texts, value };
}

/** Where each partition ends. */
export type Ends = ReadonlyMap<number, number>;

const connectionTo = (brokers: string): Kafka => new Kafka({ clientId: 'samtycke-check', brokers: brokers.split(','), logLevel: logLevel.NOTHING, connectionTimeout: 5_000 });

/** Where a topic ends now. */
export async function endsOf(brokers: string, topic: string): Promise<Ends> {
  const admin = connectionTo(brokers).admin();
  await admin.connect();
  try {
    return new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]));
  } finally {
    await admin.disconnect();
  }
}

/** Hands every record of a topic to `take`, from its beginning, or from where it ended before, to where it ends now, in order of each partition. */
export async function readTopic(brokers: string, topic: string, take: (record: Record) => void, from: Ends = new Map()): Promise<void> {
  const kafka = connectionTo(brokers);
  const admin = kafka.admin();
  const groupId = `check-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxBytesPerPartition: 4_194_304 });
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    const beginOf = (partition: number): number => from.get(partition) ?? 0;
    const left = new Map(offsets.filter(({ partition, low, high }) => Math.max(beginOf(partition), Number(low)) < Number(high)).map(({ partition, high }) => [partition, Number(high)]));
    if (left.size === 0) return;
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
      const run = consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: 4,
        eachBatch: async ({ batch }) => {
          const end = left.get(batch.partition);
          if (end === undefined) return;
          for (const message of batch.messages) if (Number(message.offset) >= beginOf(batch.partition) && Number(message.offset) < end) take(recordOf(batch.partition, message));
          if (Number(batch.lastOffset()) + 1 >= end) left.delete(batch.partition);
          if (left.size === 0) resolve();
        },
      });
      run.catch(reject);
      for (const partition of left.keys()) if (beginOf(partition) > 0) consumer.seek({ topic, partition, offset: String(beginOf(partition)) });
    });
  } finally {
    await consumer.disconnect().catch(() => undefined);
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect();
  }
}
