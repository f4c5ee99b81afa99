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

/** Hands every record of a topic to `take`, from its beginning to where it ends now, in order of each partition. */
export async function readTopic(brokers: string, topic: string, take: (record: Record) => void): Promise<void> {
  const kafka = new Kafka({ clientId: 'samtycke-check', brokers: brokers.split(','), logLevel: logLevel.NOTHING, connectionTimeout: 5_000 });
  const admin = kafka.admin();
  const groupId = `check-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxBytesPerPartition: 4_194_304 });
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    const left = new Map(offsets.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, Number(high)]));
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
          for (const message of batch.messages) if (Number(message.offset) < end) take(recordOf(batch.partition, message));
          if (Number(batch.lastOffset()) + 1 >= end) left.delete(batch.partition);
          if (left.size === 0) resolve();
        },
      });
      run.catch(reject);
    });
  } finally {
    await consumer.disconnect().catch(() => undefined);
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect();
  }
}
