import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { findRepository } from '#servers';
import { demand, experiment } from '../experiment.js';
import { ownPeople } from '../people.js';
import type { World } from '../world.js';

const HOUR_MS = 3_600_000;
const SHIFTED = ['api', 'relay', 'worker'];

/** Starts these programs anew with a clock that a file shifts. */
async function withShiftedClocks(world: World, file: string): Promise<() => Promise<void>> {
  await writeFile(file, '0');
  const preload = pathToFileURL(join(findRepository(), 'test/faults/shift-clock.mjs')).href;
  const turn = async (env: NodeJS.ProcessEnv): Promise<void> => {
    for (const name of SHIFTED) {
      const program = world.program(name);
      Object.assign(program.program.env, env);
      await program.stop();
      await program.start();
    }
  };
  await turn({ NODE_OPTIONS: `--import ${preload}`, CLOCK_FILE: file });
  return () => turn({ NODE_OPTIONS: '', CLOCK_FILE: '' });
}

/** Ahead, back, behind, back. */
async function jumpTo(file: string, jump: number, seconds: number): Promise<void> {
  await writeFile(file, String([HOUR_MS, 0, -HOUR_MS, 0][jump % 4]));
  await pause(seconds * 1_000);
}

/** Four jumps, in programs that are started for them and started again after. */
export async function jumpFourTimes(world: World, seconds: number): Promise<void> {
  const file = join(world.dataDir, 'clock');
  const back = await withShiftedClocks(world, file);
  for (let jump = 0; jump < 4; jump += 1) await jumpTo(file, jump, seconds);
  await back();
}

/** No event is older than the one before it of the same person. */
export async function demandTimesInOrder(world: World): Promise<void> {
  const [row] = await world.query<{ back: number }>('SELECT count(*)::int AS back FROM (SELECT recorded_at < lag(recorded_at) OVER (PARTITION BY person ORDER BY seq) AS back FROM events) t WHERE back');
  demand(row?.back === 0, `${row?.back} events are older than the one before them of the same person`);
}

export const clockJumps = experiment({
  name: 'clock-jumps',
  title: 'the clocks of api, relay and worker jump an hour ahead, then an hour back, then behind, under load: times never run back',
  short: { jumps: 4, seconds: 2 },
  whole: { jumps: 20, seconds: 10 },
  async run(world, sizes) {
    const file = join(world.dataDir, 'clock');
    const back = await withShiftedClocks(world, file);
    const load = await world.load({ next: await ownPeople(world), perSecond: 300 }, async (running) => {
      for (let jump = 0; jump < sizes.jumps; jump += 1) {
        await running.more(100);
        await jumpTo(file, jump, sizes.seconds);
      }
      await running.more(100);
    });
    await writeFile(file, '0');
    await back();
    demand(load.refused.length === 0, `${load.refused.length} calls were refused: ${load.refused[0]?.text}`);
    await demandTimesInOrder(world);
    return `${sizes.jumps} jumps, ${load.perSecond} changes a second, no person’s time runs back`;
  },
});
