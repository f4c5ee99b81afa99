import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { PARTITIONS } from '#contracts';
import { CliError } from '../installation.js';

/** What a system has yet to read does not go by itself: whoever begins in the second week begins at the beginning. */
const UNTIL_DELETED = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' };
const LOOK_MS = 100;
const PATIENCE_MS = 30_000;

/** Whether every partition has a leader; a broker that has just heard of a topic denies for a moment that it has it. */
async function isLed(admin: Admin, topic: string): Promise<boolean> {
  const found = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => undefined);
  const partitions = found?.topics[0]?.partitions ?? [];
  return partitions.length > 0 && partitions.every(({ leader }) => leader >= 0);
}

/**
 * Makes a topic, which keeps what it holds until it is deleted, if it is not there, and waits until it can be written to, for 30 s at most. Returns whether it was made.
 * kafkajs's own wait gives up after a few looks, which a busy broker outlasts.
 */
export async function makeTopic(admin: Admin, topic: string, replicas: number): Promise<boolean> {
  const configEntries = Object.entries(UNTIL_DELETED).map(([name, value]) => ({ name, value }));
  const made = await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS, replicationFactor: replicas, configEntries }], waitForLeaders: false, timeout: PATIENCE_MS });
  const end = performance.now() + PATIENCE_MS;
  while (!(await isLed(admin, topic))) {
    if (performance.now() > end) throw new CliError(`${topic} has no leader after ${PATIENCE_MS / 1_000} s`);
    await sleep(LOOK_MS);
  }
  return made;
}
