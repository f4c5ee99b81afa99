import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Load } from '#testing';
import { demand, experiment, shuffled, type Chance } from '../experiment.js';
import { BEGIN_ANEW, MOMENTS } from '../moments/index.js';
import { ownPeople } from '../people.js';
import type { World } from '../world.js';
import { demandTimesInOrder } from './clock.js';

/** From here on there is time for every fault, and each third of it has seen most of them: what it needs can be compared. */
const ALL_MINUTES = 20;

interface Sample {
  at: number;
  megabytes: number;
  descriptors: number;
}

async function sampleOf(pid: number, at: number): Promise<Sample> {
  const [status, descriptors] = await Promise.all([readFile(`/proc/${pid}/status`, 'utf8'), readdir(`/proc/${pid}/fd`)]);
  return { at, megabytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024, descriptors: descriptors.length };
}

/** Looks at every program's memory and descriptors until told to stop. */
async function watch(world: World, over: AbortSignal): Promise<Map<string, Sample[]>> {
  const seen = new Map([...world.programs.keys()].map((name): [string, Sample[]] => [name, []]));
  while (!over.aborted) {
    for (const [name, program] of world.programs) {
      if (!program.runs) continue;
      const sample = await sampleOf(program.pid, performance.now()).catch(() => undefined);
      if (sample) seen.get(name)?.push(sample);
    }
    await pause(5_000, undefined, { signal: over }).catch(() => undefined);
  }
  return seen;
}

const middle = (numbers: number[]): number => numbers.sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;

/** Whether the last third of the time needs more than the second one: what grows does so without end. */
function growthOf(name: string, samples: Sample[]): { text: string; grows: boolean } {
  const third = Math.floor(samples.length / 3);
  const [before, after] = [samples.slice(third, 2 * third), samples.slice(2 * third)];
  const of = (some: Sample[], what: 'megabytes' | 'descriptors'): number => Math.round(middle(some.map((one) => one[what])));
  const [memory, files] = [[of(before, 'megabytes'), of(after, 'megabytes')], [of(before, 'descriptors'), of(after, 'descriptors')]] as [[number, number], [number, number]];
  return { text: `${name} ${memory[0]} → ${memory[1]} MB, ${files[0]} → ${files[1]} descriptors`, grows: memory[1] > memory[0] * 1.2 + 20 || files[1] > files[0] + 10 };
}

/** Round after round of all of them, each round in an order of its own: none comes again before every other one came. Those of the first round alone come once. */
export function* inRounds(names: readonly string[], once: ReadonlySet<string>, chance: Chance): Generator<string, never> {
  yield* shuffled(names, chance);
  for (;;) yield* shuffled(names.filter((name) => !once.has(name)), chance);
}

async function harm(world: World, { chance, milliseconds, running }: { chance: Chance; milliseconds: number; running: Load }): Promise<Map<string, number>> {
  const done = new Map<string, number>();
  const end = performance.now() + milliseconds;
  for (const name of inRounds(Object.keys(MOMENTS), BEGIN_ANEW, chance)) {
    await world.note(name);
    await MOMENTS[name]?.(world, chance, running).catch((error: Error) => {
      throw new Error(`${name}: ${error.message}`);
    });
    done.set(name, (done.get(name) ?? 0) + 1);
    await pause(1_000 + chance() * 4_000);
    if (performance.now() > end) break;
  }
  return done;
}

export const soak = experiment({
  name: 'soak',
  title: `faults of ${Object.keys(MOMENTS).length} kinds, round after round in an order that a seed gives, at half load: memory and descriptors stay flat`,
  short: { minutes: 0.5, 'changes a second': 150 },
  whole: { minutes: 30, 'changes a second': 300 },
  async run(world, sizes, chance) {
    const over = new AbortController();
    const watching = watch(world, over.signal);
    const load = await world.load({ next: await ownPeople(world), perSecond: sizes['changes a second'] }, (running) => harm(world, { chance, running, milliseconds: sizes.minutes * 60_000 })).finally(() => over.abort());
    const growths = [...(await watching)].map(([name, samples]) => growthOf(name, samples));
    const growing = growths.filter(({ grows }) => grows && sizes.minutes >= ALL_MINUTES).map(({ text }) => text);
    demand(growing.length === 0, `it grows: ${growing.join('; ')}`);
    const missing = Object.keys(MOMENTS).filter((name) => !load.result.has(name));
    demand(missing.length === 0 || sizes.minutes < ALL_MINUTES, `no time was left for: ${missing.join(', ')}`);
    await demandTimesInOrder(world);
    const faults = [...load.result].map(([name, times]) => `${times} x ${name}`).join(', ');
    return `${faults}; ${growths.map(({ text }) => text).join('; ')}; ${load.refused.length} answers 503, ${load.repeated} calls answered at a repeat`;
  },
});
