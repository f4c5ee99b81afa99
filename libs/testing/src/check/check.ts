import { createPool } from '#database';
import { checkAnswers, checkFirstAnswers, checkRefused, type Promises } from './answers.js';
import { audit, type Audited } from './audit.js';
import { levelAll, sentAll } from './drained.js';
import { checkEventsTopic, checkStateTopic, type Foreign } from './kafka.js';
import { readKnown } from './known.js';
import type { FollowingSystem } from './systems.js';

export interface Checked extends Audited, Promises, Foreign {
  apiUrl: string;
  brokers: string;
  systems: readonly FollowingSystem[];
  /** People whom a test made up on Kafka. */
  strangers: readonly string[];
  /** How long the drain may take (ms). */
  patienceMs: number;
}

export interface Verdict {
  /** What does not hold; none: all does. At most a hundred are told. */
  problems: string[];
  /** Acknowledged calls, all of them looked up. */
  answers: number;
  events: number;
  /** Deliveries that came again. */
  repeats: number;
  /** Calls that were sent again under their key, to compare the answers. */
  asked: number;
  drainMs: number;
}

const MOST_TOLD = 100;
const MOST_ASKED = 4_000;

/**
 * After an experiment, once all runs again: waits until everything is sent and taken over, then holds every promise against
 * what the ledger, its log, Kafka and each system hold. Never throws for what does not hold; that stands in `problems`.
 */
export async function checkAll(checked: Checked): Promise<Verdict> {
  const { ledgerUrl, ledger, brokers, systems, strangers, logDir, patienceMs } = checked;
  const problems: string[] = [];
  const problem = (text: string): void => void (problems.length < MOST_TOLD && problems.push(text));
  const began = performance.now();
  const late = (error: Error): void => problem(error.message);
  await sentAll(ledgerUrl, patienceMs).catch(late);
  const drainMs = performance.now() - began;
  await levelAll(ledgerUrl, logDir, systems, strangers, patienceMs).catch(late);
  const pool = createPool({ url: ledgerUrl, name: 'check', max: 2 });
  try {
    const known = await readKnown(pool, ledger, problem);
    checkAnswers(checked, known, problem);
    checkRefused(checked, problem);
    const asked = await checkFirstAnswers(checked.apiUrl, checked, MOST_ASKED, problem);
    const signed = await audit(checked, problem);
    if (signed !== known.events.size) problem(`the newest checkpoint commits to ${signed} of ${known.events.size} events`);
    const { repeats } = await checkEventsTopic(brokers, known, checked, problem);
    await checkStateTopic(brokers, known, checked, problem);
    return { problems, answers: checked.answers.length, events: known.events.size, repeats, asked, drainMs };
  } finally {
    await pool.end();
  }
}
