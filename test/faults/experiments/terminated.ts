import { demand, experiment, seconds } from '../experiment.js';
import { ownPeople } from '../people.js';
import type { World } from '../world.js';

const LIMIT_MS = 10_000;

/** SIGTERM to every program; each must end by itself. Gives how long the slowest took (ms). */
export async function terminateAll(world: World): Promise<number> {
  const ends = await Promise.all([...world.programs.values()].map(async (program) => ({ name: program.name, ...(await program.stop(LIMIT_MS)) })));
  for (const { name, code, signal, tookMs } of ends) demand(code === 0, `${name} ended with ${code ?? signal} after ${seconds(tookMs)}`);
  await world.program('api').start();
  for (const program of world.programs.values()) await program.start();
  return Math.max(...ends.map(({ tookMs }) => tookMs));
}

export const terminated = experiment({
  name: 'terminated',
  title: 'SIGTERM to every program under load while Kafka is down: each ends by itself, and nothing acknowledged is lost',
  short: { rounds: 1 },
  whole: { rounds: 10 },
  async run(world, { rounds }) {
    let longest = 0;
    const load = await world.load({ next: await ownPeople(world), perSecond: 400 }, async (running) => {
      for (let round = 0; round < rounds; round += 1) {
        await running.more(200);
        await world.servers.endKafka('kill');
        await running.more(100);
        longest = Math.max(longest, await terminateAll(world));
        await running.more(100);
        await world.servers.startKafka();
      }
    });
    return `${rounds} rounds, all seven ended with 0, the slowest after ${seconds(longest)}; ${load.repeated} calls answered at a repeat`.replace('seven', String(world.programs.size));
  },
});
