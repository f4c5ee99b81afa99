import type { Admin } from 'kafkajs';
import { TOPIC_SETTINGS, topicsOf, type TopicNames } from '#contracts';

export interface TopicPlan {
  prefix: string;
  /** Whether missing topics may be made. */
  create: boolean;
  replicas: number;
  /** Told which are missing before they are made, whoever makes them. */
  onMissing?: (missing: readonly (keyof TopicNames)[]) => Promise<void>;
}

/** Makes the topics that are missing, with their settings; throws when one is missing that may not be made, or differs. */
export async function ensureTopics(admin: Admin, { prefix, create, replicas, onMissing }: TopicPlan): Promise<void> {
  const names = topicsOf(prefix);
  const there = new Set(await admin.listTopics());
  const missing = (Object.keys(names) as (keyof TopicNames)[]).filter((name) => !there.has(names[name]));
  await onMissing?.(missing);
  if (missing.length > 0 && !create) throw new Error(`topics are missing: ${missing.map((name) => names[name]).join(', ')}`);
  const topics = missing.map((name) => {
    const { partitions, config } = TOPIC_SETTINGS[name];
    const all = { ...config, 'min.insync.replicas': String(Math.max(1, replicas - 1)) };
    const configEntries = Object.entries(all).map(([key, value]) => ({ name: key, value }));
    return { topic: names[name], numPartitions: partitions, replicationFactor: replicas, configEntries };
  });
  if (topics.length > 0) await admin.createTopics({ topics, waitForLeaders: true });
  const { topics: found } = await admin.fetchTopicMetadata({ topics: [names.events, names.state] });
  for (const topic of found) {
    if (topic.partitions.length !== TOPIC_SETTINGS.events.partitions) throw new Error(`${topic.name} has ${topic.partitions.length} partitions instead of ${TOPIC_SETTINGS.events.partitions}: order per person would break`);
  }
}
