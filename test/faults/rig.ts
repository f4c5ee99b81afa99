import { parseArgs } from 'node:util';
import { conduct, line, type Outcome } from './conduct.js';
import { EXPERIMENTS } from './registry.js';
import { writeTable } from './table.js';
import { World } from './world.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' }, table: { type: 'boolean', default: false }, list: { type: 'boolean', default: false }, together: { type: 'boolean', default: false }, size: { type: 'string', multiple: true, default: [] } },
});

const wanted = positionals.length > 0 ? EXPERIMENTS.filter(({ name }) => positionals.includes(name)) : EXPERIMENTS.filter(({ name }) => name !== 'soak');
const unknown = positionals.filter((name) => !EXPERIMENTS.some((one) => one.name === name));

let running: World | undefined;

/** Ctrl-C ends what was started, too. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void endRunning().finally(() => process.exit(130)));

async function endRunning(): Promise<void> {
  await running?.end();
  running = undefined;
}

async function main(): Promise<number> {
  if (values.list) {
    for (const { name, title } of EXPERIMENTS) console.log(`${name.padEnd(32)} ${title}`);
    return 0;
  }
  if (unknown.length > 0) throw new Error(`there is no experiment ${unknown.join(', ')}`);
  const own = Object.fromEntries(values.size.map((one) => one.split('=')).map(([name, value]) => [name, Number(value)]));
  const outcomes: Outcome[] = [];
  for (const experiment of wanted) {
    const world = (values.together && running) || (await World.create());
    running = world;
    const outcome = await conduct(world, experiment, { ...(values.short ? experiment.short : experiment.whole), ...own }, Number(values.seed));
    console.log(line(outcome));
    outcomes.push(outcome);
    if (values.table) await writeTable(outcomes);
    if (!values.together) await endRunning();
  }
  return outcomes.some(({ verdict }) => verdict.problems.length > 0) ? 1 : 0;
}

process.exit(await main().finally(endRunning));
