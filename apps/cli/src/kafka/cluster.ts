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

/** What the client says of a broker that takes the call and does not even tell its versions. */
const SILENT = 'Broker not connected';

interface KafkaProblem extends Error {
  broker?: string;
  cause?: unknown;
}

/** What Kafka's client threw, in one sentence; undefined for anything else. `since`: when the work began, by `performance.now()`. */
export function problemOf(error: KafkaProblem, brokers: string, since: number): CliError | undefined {
  if (error instanceof CliError || !(error.name.startsWith('KafkaJS') || error.message === SILENT)) return undefined;
  const broker = error.broker ?? (error.cause as KafkaProblem | undefined)?.broker;
  const last = broker === undefined ? `at ${brokers}` : `last of all the broker ${broker} (of ${brokers})`;
  if (error.message === SILENT || /time(d )?out/i.test(error.message)) return new CliError(`nothing answered from Kafka for ${Math.round((performance.now() - since) / 1_000)} s, ${last}: ${error.message}`);
  return new CliError(`Kafka at ${brokers} does not do it: ${error.message}`);
}

/** Runs one command's work on Kafka; a cluster that does not answer is said in one sentence. */
export async function withKafka<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const prefix = topicPrefix();
  const address = brokersHere();
  if (address === undefined) throw new CliError('set KAFKA_BROKERS, or run this beside a started installation (`npm start`)');
  const replicas = Number(process.env.KAFKA_REPLICAS || Math.min(3, address.split(',').length));
  const since = performance.now();
  try {
    return await work({ kafka: kafkaAt(address), prefix, topics: topicsOf(prefix), group: `${prefix}samtycke-cli`, replicas });
  } catch (error) {
    throw problemOf(error as Error, address, since) ?? error;
  }
}
