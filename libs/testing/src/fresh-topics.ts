import { randomBytes } from 'node:crypto';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { TOPIC_SETTINGS, topicsOf, type TopicNames } from '#contracts';
import { testKafkaBrokers } from './servers.js';
import { until } from './until.js';

/** Topic names of one test alone, kept apart from all others by their prefix. */
export interface FreshTopics {
  /** For KAFKA_TOPIC_PREFIX. */
  prefix: string;
  /** For KAFKA_BROKERS: comma separated. */
  brokers: string;
  names: TopicNames;
  /** Creates the five topics with the settings of the contract; those that exist are left alone. */
  create(): Promise<void>;
  /** Deletes every topic with this prefix. */
  drop(): Promise<void>;
}

/** Names that no other test uses, on the test run's broker; no topic exists before `create` (or a program) makes it. */
export function freshTopics(): FreshTopics {
  const prefix = `t${randomBytes(6).toString('hex')}.`;
  const brokers = testKafkaBrokers();
  const names = topicsOf(prefix);
  return {
    prefix,
    brokers,
    names,
    create: () => withAdmin(brokers, (admin) => createTopics(admin, names)),
    drop: () => withAdmin(brokers, (admin) => dropTopics(admin, prefix)),
  };
}

async function createTopics(admin: Admin, names: TopicNames): Promise<void> {
  const kinds = Object.keys(names) as Array<keyof TopicNames>;
  await admin.createTopics({
    waitForLeaders: false,
    topics: kinds.map((kind) => ({
      topic: names[kind],
      numPartitions: TOPIC_SETTINGS[kind].partitions,
      replicationFactor: 1,
      configEntries: Object.entries(TOPIC_SETTINGS[kind].config).map(([name, value]) => ({ name, value })),
    })),
  });
  await until(() => leadersOf(admin, Object.values(names)), { timeoutMs: 30_000, what: 'the leaders of new topics' });
}

/** Whether every partition has a leader; a broker that has just heard of a topic denies for a moment that it has it. */
async function leadersOf(admin: Admin, topics: string[]): Promise<boolean> {
  const found = await admin.fetchTopicMetadata({ topics }).catch(() => undefined);
  return found?.topics.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0)) ?? false;
}

async function dropTopics(admin: Admin, prefix: string): Promise<void> {
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
  if (topics.length > 0) await admin.deleteTopics({ topics });
}

async function withAdmin(brokers: string, work: (admin: Admin) => Promise<void>): Promise<void> {
  const kafka = new Kafka({ clientId: 'samtycke-test', brokers: brokers.split(','), logLevel: logLevel.NOTHING, connectionTimeout: 5_000 });
  const admin = kafka.admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}
