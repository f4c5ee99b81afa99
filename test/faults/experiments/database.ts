import { setTimeout as pause } from 'node:timers/promises';
import { demand, experiment, seconds } from '../experiment.js';
import { ownPeople } from '../people.js';

export const databaseStopped = experiment({
  name: 'database-stopped',
  title: 'immediate stop of PostgreSQL under load: 503 meanwhile, nothing half-done after',
  short: { stops: 2 },
  whole: { stops: 20 },
  async run(world, { stops }) {
    let away = 0;
    const load = await world.load({ next: await ownPeople(world) }, async (running) => {
      for (let stop = 0; stop < stops; stop += 1) {
        await running.more(300);
        away += await world.restartPostgres();
      }
      await running.more(300);
    });
    return `${stops} stops, away for ${seconds(away)} in all, ${load.refused.length} answers 503, ${load.repeated} calls answered at a repeat`;
  },
});

export const databaseCut = experiment({
  name: 'database-cut',
  title: 'connections to PostgreSQL cut at random, of every program, the leading relay’s all at once',
  short: { cuts: 40 },
  whole: { cuts: 1_000 },
  async run(world, { cuts }, chance) {
    let leader = 0;
    const load = await world.load({ next: await ownPeople(world), perSecond: 500 }, async (running) => {
      for (let cut = 0; cut < cuts; cut += 1) {
        await pause(20 + chance() * 100);
        const names = [...world.databases.keys()];
        const name = names[Math.floor(chance() * names.length)] ?? 'api';
        if (cut % 10 === 9) {
          leader += 1;
          while (world.database('relay').cutOne(() => 0));
        } else world.database(name).cutOne((count) => Math.floor(chance() * count));
      }
      await running.more(200);
    });
    demand(load.refused.length === 0, `${load.refused.length} calls were refused for a connection that was cut: ${load.refused[0]?.text}`);
    return `${cuts} cuts, ${leader} of them all of the leading relay’s; every answer a 2xx, ${load.perSecond} changes a second`;
  },
});

export const databaseFrozen = experiment({
  name: 'database-frozen',
  title: 'the api’s way to PostgreSQL frozen, then slow, then its replies lost: 503 meanwhile, one event for each call after',
  short: { rounds: 1, seconds: 6 },
  whole: { rounds: 10, seconds: 15 },
  async run(world, sizes) {
    const way = world.database('api');
    const load = await world.load({ next: await ownPeople(world) }, async (running) => {
      for (let round = 0; round < sizes.rounds; round += 1) {
        for (const harm of [() => way.freeze(), () => way.swallow()]) {
          await running.more(200);
          await world.whileDatabaseIsDown(async () => {
            harm();
            await pause(sizes.seconds * 1_000);
            way.mend();
          });
        }
        way.delay(40);
        await running.more(200);
        way.delay(0);
      }
      await running.more(200);
    });
    return `${sizes.rounds} times ${sizes.seconds} s frozen, ${sizes.seconds} s without replies, and 40 ms late; ${load.refused.length} answers 503, ${load.repeated} calls answered at a repeat`;
  },
});
