import { Kafka, logLevel, type Admin } from 'kafkajs';
import type { World } from './world.js';

/** Asks the Kafka of a world. */
export async function withAdmin<T>(world: World, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({ clientId: 'rig', brokers: world.brokers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  return work(admin).finally(() => admin.disconnect());
}
