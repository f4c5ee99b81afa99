import type { Kafka } from 'kafkajs';
import { connectKafka, kafkaOf } from '#consumer';
import { topicsOf, type TopicNames } from '#contracts';
import { brokersHere, CliError, topicPrefix } from '../installation.js';

export interface Cluster {
  kafka: Kafka;
  prefix: string;
  topics: TopicNames;
  /** Of consumer groups that read for a moment. */
  group: string;
  /** How often a topic is kept that a command makes. */
  replicas: number;
}

const ignore = (): void => undefined;

/** A client that says nothing by itself. */
export const kafkaAt = (brokers: string): Kafka => connectKafka('cli', kafkaOf({ ...process.env, KAFKA_BROKERS: brokers }), { debug: ignore, info: ignore, warn: ignore, error: ignore });

/** Runs one command's work on Kafka; a cluster that does not answer is said in one sentence. */
export async function withKafka<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const prefix = topicPrefix();
  const address = brokersHere();
  if (address === undefined) throw new CliError('set KAFKA_BROKERS, or run this beside a started installation (`npm start`)');
  const replicas = Number(process.env.KAFKA_REPLICAS || Math.min(3, address.split(',').length));
  try {
    return await work({ kafka: kafkaAt(address), prefix, topics: topicsOf(prefix), group: `${prefix}samtycke-cli`, replicas });
  } catch (error) {
    if (error instanceof CliError || !(error as Error).name.startsWith('KafkaJS')) throw error;
    throw new CliError(`Kafka at ${address} does not do it: ${(error as Error).message}`);
  }
}
