import { crossingOrders, oneStream } from '../experiments/contention.js';
import { wakeAfterErasure } from '../experiments/frozen-leader.js';
import type { Moment } from './moment.js';

/** Many who meet at one person, and one who is erased while a relay sleeps. */
export const OF_PEOPLE: Record<string, Moment> = {
  'burst on one stream': (world, chance) => oneStream.run(world, { writers: 50, calls: 500 }, chance),
  'burst in crossing orders': (world, chance) => crossingOrders.run(world, { people: 50, purposes: 6, rounds: 2 }, chance),
  'erasure while a leader is frozen': (world) => wakeAfterErasure(world),
};
