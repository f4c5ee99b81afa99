import { expect, test } from '@jest/globals';
import { conduct } from './conduct.js';
import { brokersEnded } from './experiments/brokers-ended.js';
import { World } from './world.js';

/** Apart from the others: of all experiments only this one's Kafka is three brokers. */
test(brokersEnded.title, async () => {
  const world = await World.create(brokersEnded.brokers);
  try {
    const { verdict } = await conduct(world, brokersEnded, brokersEnded.short, 1);
    expect(verdict.problems).toEqual([]);
  } finally {
    await world.end();
  }
}, 400_000);
