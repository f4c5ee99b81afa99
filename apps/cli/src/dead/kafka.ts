import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kafka } from 'kafkajs';
import { connectKafka } from '#consumer';
import { topicsOf, type TopicNames } from '#contracts';
import { CliError, dataDir } from '../connect.js';

export interface Cluster {
  kafka: Kafka;
  topics: TopicNames;
  /** Of consumer groups that read for a moment. */
  group: string;
}

/** `KAFKA_BROKERS`, else those of the installation that runs here. */
function brokers(): string {
  if (process.env.KAFKA_BROKERS) return process.env.KAFKA_BROKERS;
  try {
    return (JSON.parse(readFileSync(join(dataDir(), 'run.json'), 'utf8')) as { kafkaBrokers: string }).kafkaBrokers;
  } catch {
    throw new CliError('set KAFKA_BROKERS, or run this beside a started installation (`npm start`)');
  }
}

const ignore = (): void => undefined;

/** Runs one command's work on Kafka; a cluster that does not answer is said in one sentence. */
export async function withKafka<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const prefix = process.env.KAFKA_TOPIC_PREFIX ?? '';
  const address = brokers();
  const kafka = connectKafka('cli', address.split(','), { debug: ignore, info: ignore, warn: ignore, error: ignore });
  try {
    return await work({ kafka, topics: topicsOf(prefix), group: `${prefix}samtycke-cli` });
  } catch (error) {
    if (error instanceof CliError || !(error as Error).name.startsWith('KafkaJS')) throw error;
    throw new CliError(`Kafka at ${address} does not do it: ${(error as Error).message}`);
  }
}
