import { setTimeout as pause } from 'node:timers/promises';
import { experiment } from '../experiment.js';
import { ownPeople } from '../people.js';

export const apiKilled = experiment({
  name: 'api-killed',
  title: 'kill -9 of the api under 50 writers; every call retried with its key is one event',
  short: { kills: 5 },
  whole: { kills: 100 },
  async run(world, { kills }, chance) {
    const api = world.program('api');
    const next = await ownPeople(world);
    const load = await world.load({ next }, async (running) => {
      for (let kill = 0; kill < kills; kill += 1) {
        await running.more(150);
        await pause(chance() * 100);
        await api.kill();
        await api.start();
      }
      await running.more(150);
    });
    return `${kills} kills, ${load.broken} calls broken off, ${load.repeated} answered at a repeat`;
  },
});
