import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Term } from '#outbox';

const AGAIN_MS = 2_000;

/** A job that time starts. A round may end anywhere and begin again: what it has done it finds done. */
export interface Round {
  /** Stands as actor in the events. */
  name: string;
  everyMs: number;
  /** Does what is due now, as long as the term lasts; tells how many events that wrote. Throws when it cannot go on. */
  run(term: Pick<Term, 'leads' | 'signal'>): Promise<number>;
}

/** One round after the other while this worker leads; a round that fails is begun again after a pause. */
export async function repeatRounds(log: Logger, round: Round, term: Term): Promise<void> {
  while (!term.signal.aborted) {
    let pause = round.everyMs;
    try {
      const written = await round.run(term);
      if (written > 0) log.info({ job: round.name, written }, 'what was due is done');
    } catch (error) {
      pause = Math.min(pause, AGAIN_MS);
      log.warn({ job: round.name, code: (error as { code?: string }).code, reason: (error as Error).name }, 'a job cannot go on; trying again');
    }
    await sleep(pause, undefined, { signal: term.signal }).catch(() => undefined);
  }
}
