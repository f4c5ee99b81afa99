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
  /** What does not hold; none: all does. Of each check the first twenty are told, and how many more there are. */
  problems: string[];
  /** Acknowledged calls, all of them looked up. */
  answers: number;
  events: number;
  /** Deliveries that came again. */
  repeats: number;
  /** Calls that were sent again under their key, to compare the answers. */
  asked: number;
  drainMs: number;
  /** How long after PostgreSQL took writes again the last call was answered 503. */
  late503Ms: number;
}

const MOST_TOLD = 20;
const MOST_ASKED = 4_000;

/** What was found wrong, check by check, so that what one finds many times hides nothing of the others. */
class Findings {
  private readonly checks: { told: string[]; more: number }[] = [];

  /** Where another check tells. */
  next(): (text: string) => void {
    const check = { told: [] as string[], more: 0 };
    this.checks.push(check);
    return (text) => {
      if (check.told.length < MOST_TOLD) check.told.push(text);
      else check.more += 1;
    };
  }

  all(): string[] {
    return this.checks.flatMap(({ told, more }) => (more > 0 ? [...told, `… and ${more} more of this check`] : told));
  }
}

/**
 * After an experiment, once all runs again: waits until everything is sent and taken over, then holds every promise against
 * what the ledger, its log, Kafka and each system hold. Never throws for what does not hold; that stands in `problems`.
 */
export async function checkAll(checked: Checked): Promise<Verdict> {
  const { ledgerUrl, ledger, brokers, systems, strangers, logDir, patienceMs } = checked;
  const findings = new Findings();
  const began = performance.now();
  const lateness = findings.next();
  const late = (error: Error): void => lateness(error.message);
  await sentAll(ledgerUrl, patienceMs).catch(late);
  const drainMs = performance.now() - began;
  await levelAll(ledgerUrl, logDir, systems, strangers, patienceMs).catch(late);
  const pool = createPool({ url: ledgerUrl, name: 'check', max: 2 });
  try {
    const known = await readKnown(pool, ledger, findings.next());
    checkAnswers(checked, known, findings.next());
    const late503Ms = checkRefused(checked, findings.next());
    const asked = await checkFirstAnswers(checked.apiUrl, checked, MOST_ASKED, findings.next());
    const signed = await audit(checked, findings);
    if (signed !== known.events.size) lateness(`the newest checkpoint commits to ${signed} of ${known.events.size} events`);
    const { repeats } = await checkEventsTopic(brokers, known, checked, findings.next());
    await checkStateTopic(brokers, known, checked, findings.next());
    return { problems: findings.all(), answers: checked.answers.length, events: known.events.size, repeats, asked, drainMs, late503Ms };
  } finally {
    await pool.end();
  }
}
