import { checkAll, type Verdict } from '#testing';
import { chanceOf, type Experiment, type Sizes } from './experiment.js';
import type { World } from './world.js';

export interface Outcome {
  name: string;
  title: string;
  sizes: Sizes;
  figures: string;
  verdict: Verdict;
  tookMs: number;
}

const PATIENCE_MS = 90_000;
/** Of each event: a topic that was deleted in the last moment is filled, and read by every system, from its beginning. */
const PATIENCE_OF_EACH_MS = 0.5;

const NOTHING: Verdict = { problems: [], answers: 0, events: 0, repeats: 0, asked: 0, drainMs: 0, late503Ms: 0 };

/** Runs one experiment in a world, brings everything up again, and checks all that was promised since the world began. */
export async function conduct(world: World, experiment: Experiment, sizes: Sizes, seed: number): Promise<Outcome> {
  const { name, title } = experiment;
  const began = performance.now();
  const failures: string[] = [];
  const fail = (error: Error): string => {
    failures.push(error.message);
    return '';
  };
  if (!experiment.fromNothing) await world.up();
  const figures = await experiment.run(world, sizes, chanceOf(seed)).catch(fail);
  await world.up().catch(fail);
  const verdict = await verdictOn(world).catch((error: Error) => ({ ...NOTHING, problems: [error.message] }));
  const problems = [...failures, ...verdict.problems];
  // What was refused has been told; what was promised is held to in every experiment that follows.
  world.notes.refused = [];
  return { name, title, sizes, figures, verdict: { ...verdict, problems }, tookMs: performance.now() - began };
}

/** Holds everything against the notes of what was promised. */
export async function verdictOn(world: World, notes = world.notes, patienceMs?: number): Promise<Verdict> {
  const { ledgerUrl, keyring, logDir, apiUrl, brokers, systems } = world;
  const [row] = await world.query<{ id: number; events: number }>('SELECT id, (SELECT count(*)::int FROM events) AS events FROM ledgers');
  const patience = patienceMs ?? PATIENCE_MS + PATIENCE_OF_EACH_MS * (row?.events ?? 0);
  return checkAll({ ledgerUrl, ledger: row?.id ?? 1, keyring, logDir, apiUrl, brokers, systems, ...notes, patienceMs: patience });
}

/** One line for the terminal. */
export function line({ name, figures, verdict, tookMs }: Outcome): string {
  const { problems, answers, events, repeats, asked, drainMs, late503Ms } = verdict;
  const held = `${answers} acknowledged, each once and equal (${asked} asked again); ${events} events, all on Kafka (${repeats} repeats); drained in ${(drainMs / 1_000).toFixed(1)} s${late503Ms > 0 ? `; the last 503 came ${Math.ceil(late503Ms)} ms after PostgreSQL took writes again` : ''}`;
  const told = problems.length > 0 ? `FAILS: ${problems.slice(0, 5).join(' | ')}${problems.length > 5 ? ` … ${problems.length} in all` : ''}` : 'holds';
  return `${told === 'holds' ? 'holds' : 'FAILS'}  ${name}: ${figures}; ${held}; ${(tookMs / 1_000).toFixed(0)} s${told === 'holds' ? '' : `\n       ${told}`}`;
}
