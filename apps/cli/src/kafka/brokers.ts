import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { CliError, dataDir } from '../connect.js';

/** The brokers: `KAFKA_BROKERS`, else those of the installation that runs here (`run.json` in the data folder). */
export function brokers(): string[] {
  const given = process.env.KAFKA_BROKERS;
  if (given) return given.split(',').map((broker) => broker.trim());
  try {
    return (JSON.parse(readFileSync(join(dataDir(), 'run.json'), 'utf8')) as { kafkaBrokers: string }).kafkaBrokers.split(',');
  } catch {
    throw new CliError('set KAFKA_BROKERS, or run this beside a started installation (`npm start`)');
  }
}

/** A client that gives up after some seconds rather than never. */
export const kafka = (): Kafka => new Kafka({ clientId: 'samtycke-cli', brokers: brokers(), logLevel: logLevel.NOTHING, connectionTimeout: 5_000, requestTimeout: 30_000, retry: { retries: 5 } });

export const topicPrefix = (): string => process.env.KAFKA_TOPIC_PREFIX ?? '';
