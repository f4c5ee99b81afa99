import { setTimeout as pause } from 'node:timers/promises';
import { fillOutboxDisk } from '../experiments/disk-full.js';
import { appendUncommitted } from '../experiments/open-transaction.js';
import type { Moment } from './moment.js';

const OPEN_MS = 5_000;
const FULL_SECONDS = 4;

/** PostgreSQL stopped, cut off, slow, frozen, without room, and kept waiting by a transaction. */
export const OF_DATABASE: Record<string, Moment> = {
  'PostgreSQL stopped': (world) => world.restartPostgres(),
  async 'connections cut'(world, chance) {
    for (const proxy of world.databases.values()) proxy.cutOne((count) => Math.floor(chance() * count));
  },
  async 'PostgreSQL slow'(world, chance) {
    for (const proxy of world.databases.values()) proxy.delay(Math.floor(chance() * 30));
    await pause(5_000);
    for (const proxy of world.databases.values()) proxy.delay(0);
  },
  'PostgreSQL frozen': (world, chance) =>
    world.whileDatabaseIsDown(async () => {
      const way = world.database('api');
      if (chance() < 0.5) way.freeze();
      else way.swallow();
      await pause(3_000 + chance() * 5_000);
      way.mend();
    }),
  'disk full': (world, _, running) => fillOutboxDisk(world, running, FULL_SECONDS),
  async 'transaction open'(world) {
    const open = await appendUncommitted(world);
    await pause(OPEN_MS);
    await open.commit();
  },
};
