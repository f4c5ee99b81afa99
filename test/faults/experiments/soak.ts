import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { PRODUCE } from '#testing';
import { demand, experiment, type Chance } from '../experiment.js';
import { ownPeople } from '../people.js';
import type { World } from '../world.js';

const again = async (world: World, name: string): Promise<void> => {
  await world.program(name).kill();
  await world.program(name).start();
};
const frozen = async (name: string, world: World, milliseconds: number): Promise<void> => {
  world.program(name).freeze();
  await pause(milliseconds);
  world.program(name).wake();
};

/** Every fault of the other experiments that can come at any time; each leaves the world as it found it. */
const FAULTS: Record<string, (world: World, chance: Chance) => Promise<unknown>> = {
  'api killed': (world) => again(world, 'api'),
  'relay killed': (world) => again(world, 'relay'),
  'system killed': (world, chance) => again(world, chance() < 0.5 ? 'newsletter' : 'portal'),
  'relay frozen': (world, chance) => frozen('relay', world, 500 + chance() * 3_000),
  'system frozen': (world, chance) => frozen('newsletter', world, chance() * 10_000),
  'Kafka killed': (world) => world.servers.endKafka('kill').then(() => world.servers.startKafka()),
  'Kafka stopped': (world) => world.servers.endKafka('stop').then(() => world.servers.startKafka()),
  async 'Kafka frozen'(world, chance) {
    world.servers.signalKafka('SIGSTOP');
    await pause(chance() * 15_000);
    world.servers.signalKafka('SIGCONT');
  },
  async 'Kafka cut'(world, chance) {
    world.kafkaWay.cut();
    await pause(chance() * 5_000);
    world.kafkaWay.mend();
  },
  async 'reply swallowed'(world) {
    let done = false;
    world.kafkaWay.rules({ reply: ({ api }) => (!done && api === PRODUCE && (done = true) ? 'swallow' : 'pass') });
    await pause(2_000);
    world.kafkaWay.rules({});
  },
  'PostgreSQL stopped': (world) => world.restartPostgres(),
  async 'connections cut'(world, chance) {
    for (const proxy of world.databases.values()) proxy.cutOne((count) => Math.floor(chance() * count));
  },
  async 'PostgreSQL slow'(world, chance) {
    for (const proxy of world.databases.values()) proxy.delay(Math.floor(chance() * 30));
    await pause(5_000);
    for (const proxy of world.databases.values()) proxy.delay(0);
  },
};

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

async function harm(world: World, chance: Chance, milliseconds: number): Promise<Map<string, number>> {
  const done = new Map<string, number>();
  const names = Object.keys(FAULTS);
  for (const end = performance.now() + milliseconds; performance.now() < end; ) {
    const name = names[Math.floor(chance() * names.length)] ?? '';
    await FAULTS[name]?.(world, chance);
    done.set(name, (done.get(name) ?? 0) + 1);
    await pause(1_000 + chance() * 4_000);
  }
  return done;
}

export const soak = experiment({
  name: 'soak',
  title: 'faults of thirteen kinds, in an order that a seed gives, at half load: memory and descriptors stay flat',
  short: { minutes: 0.5, 'changes a second': 150 },
  whole: { minutes: 30, 'changes a second': 300 },
  async run(world, sizes, chance) {
    const over = new AbortController();
    const watching = watch(world, over.signal);
    const load = await world.load({ next: await ownPeople(world), perSecond: sizes['changes a second'] }, () => harm(world, chance, sizes.minutes * 60_000));
    over.abort();
    const growths = [...(await watching)].map(([name, samples]) => growthOf(name, samples));
    const growing = growths.filter(({ grows }) => grows && sizes.minutes >= 5).map(({ text }) => text);
    demand(growing.length === 0, `it grows: ${growing.join('; ')}`);
    const faults = [...load.result].map(([name, times]) => `${times} x ${name}`).join(', ');
    return `${faults}; ${growths.map(({ text }) => text).join('; ')}; ${load.refused.length} answers 503, ${load.repeated} calls answered at a repeat`;
  },
});
