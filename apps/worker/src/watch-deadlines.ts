import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { logSize, type Term } from '#outbox';
import { findOverdue, forgetDelays, TidyOverdue, type Overdue } from '#propagation';
import type { Heard } from './heard.js';
import { LogSizes } from './log-sizes.js';

const EVERY_MS = 1_000;
/** An acknowledgement is on its way for as long, at most, before it is missed. */
const GRACE_MS = 1_000;
/** Lines that one look writes at most. */
const MOST_LINES = 20;
const TIDY_MS = 60_000;

interface WatchOptions {
  pool: Pool;
  ledger: number;
  log: Logger;
}

function tell(log: Logger, overdue: readonly Overdue[]): void {
  for (const { system, event, purpose, acted } of overdue.slice(0, MOST_LINES)) {
    log.error({ system, event, purpose, acted }, acted ? 'a system acted on a withdrawal after its deadline' : 'a system has not acted on a withdrawal by its deadline');
  }
  if (overdue.length > MOST_LINES) log.error({ count: overdue.length }, 'systems are late with so many withdrawals');
}

/** Nobody waits for it: where it fails the next turn does it. */
async function tidy({ pool, ledger, log }: WatchOptions, tidying: TidyOverdue): Promise<void> {
  try {
    await forgetDelays(pool, ledger, new Date());
    await tidying.run();
  } catch (error) {
    log.warn({ code: (error as { code?: string }).code }, 'deadlines cannot be tidied up; trying again in a minute');
  }
}

/**
 * Tells, once for each, which withdrawals a registered system did not act on in time, as far as has been heard; and tidies up:
 * forgets delays that nobody can look at any more, and ends breaches that are none any more.
 */
export async function watchDeadlines({ pool, ledger, log }: WatchOptions, term: Term, heard: Heard): Promise<void> {
  let tidied = -Infinity;
  const tidying = new TidyOverdue(pool, ledger);
  const sizes = new LogSizes();
  while (!term.signal.aborted) {
    if (performance.now() - tidied > TIDY_MS) {
      tidied = performance.now();
      await tidy({ pool, ledger, log }, tidying);
    }
    try {
      sizes.note(await logSize(pool, ledger), new Date());
      if (heard.upTo) tell(log, await findOverdue(pool, ledger, { now: heard.upTo, graceMs: GRACE_MS, sizeAt: (time) => sizes.at(time) }));
    } catch (error) {
      log.warn({ code: (error as { code?: string }).code }, 'deadlines cannot be looked at; trying again');
    }
    await sleep(EVERY_MS, undefined, { signal: term.signal }).catch(() => undefined);
  }
}
