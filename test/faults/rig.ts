import { parseArgs } from 'node:util';
import { conduct, line, type Outcome } from './conduct.js';
import type { Experiment, Sizes } from './experiment.js';
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

function list(): void {
  for (const { name, title } of EXPERIMENTS) console.log(`${name.padEnd(40)} ${title}`);
}

/** Sizes of this run: those of its form, and what `--size kills=10` says. */
function sizesOf({ short, whole }: Experiment): Sizes {
  const given = new Map(values.size.map((one): [string, number] => [one.split('=')[0] ?? '', Number(one.split('=')[1])]));
  return Object.fromEntries(Object.entries(values.short ? short : whole).map(([name, size]) => [name, given.get(name) ?? size]));
}

async function runAll(): Promise<number> {
  const outcomes: Outcome[] = [];
  for (const experiment of wanted) {
    const { brokers } = experiment;
    if (brokers) await endRunning();
    running = (values.together && running) || (await World.create(brokers));
    const outcome = await conduct(running, experiment, sizesOf(experiment), Number(values.seed));
    console.log(line(outcome));
    if (outcome.verdict.problems.length > 0) console.log(`       the programs' logs: ${await running.keepLogs()}`);
    outcomes.push(outcome);
    if (values.table) await writeTable(outcomes);
    if (!values.together || brokers) await endRunning();
  }
  return outcomes.some(({ verdict }) => verdict.problems.length > 0) ? 1 : 0;
}

if (values.list) {
  list();
  process.exit(0);
}
if (unknown.length > 0) {
  console.error(`There is no experiment ${unknown.join(', ')}; --list names them.`);
  process.exit(1);
}
process.exit(await runAll().finally(endRunning));
