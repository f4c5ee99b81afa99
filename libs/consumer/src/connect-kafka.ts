import { Kafka, logLevel, type logCreator } from 'kafkajs';
import type { Extent } from './find-last-events.js';
import { wayInto, type KafkaAccess } from './kafka-access.js';
import type { ConsumerLogger } from './options.js';
import type { Positions } from './store.js';

/** kafkajs says a lot about what it does itself about; what matters here is said by the consumer. */
const quietly =
  (logger: ConsumerLogger): logCreator =>
  () =>
  ({ level, namespace, log }) => {
    if (level <= logLevel.WARN) logger.debug({ kafkajs: namespace }, log.message);
  };

/** A client whose settings do not hang on NODE_ENV, as kafkajs's own defaults do. */
export const connectKafka = (system: string, access: KafkaAccess, logger: ConsumerLogger): Kafka =>
  new Kafka({
    clientId: `samtycke-${system}`,
    ...wayInto(access),
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: 30_000,
    logCreator: quietly(logger),
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, factor: 0.2, multiplier: 2, retries: 4 },
  });

/** Where each partition of a topic begins and ends. Throws when Kafka fails. */
export async function extentsOf(kafka: Kafka, topic: string): Promise<Extent[]> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await admin.fetchTopicOffsets(topic);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** Where each partition of a topic ends: the next offset to be written. */
export async function endsOf(kafka: Kafka, topic: string): Promise<Positions> {
  return new Map((await extentsOf(kafka, topic)).map(({ partition, high }) => [partition, high]));
}
