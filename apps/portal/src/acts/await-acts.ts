import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Act } from '../ledger/ledger-types.js';
import { keepActs } from '../store/acts.js';

/** Asks who acted on a "no" of somebody who is looking; nobody else's are asked for. */
export interface AwaitActs {
  follow(person: string, event: string): void;
}

/** Pauses before each look, in milliseconds: quick systems within a second, slow ones for ten; then nobody waits any more. */
const PAUSES = [200, 200, 300, 400, 600, 1_000, 1_500, 2_500, 3_500];
/** With everybody heard who should act, so many looks more for those who only say that it is none of theirs. */
const LAST_LOOKS = 3;
/** Events asked for at once: one more is left out, and its page shows no delays. */
const MOST = 100;

export interface AwaitParts {
  ledger: Pick<Ledger, 'actsOn'>;
  pool: Pool;
  log: Logger;
  /** Called when something new was kept about a person. */
  onHeard: (person: string) => void;
  pauses?: readonly number[];
}

/** What was said of the event itself: a later version may have been of something else, and its answer would be told as one to this. */
const said = (acts: readonly Act[]): Act[] => acts.filter(({ state, byVersion }) => state !== 'waiting' && byVersion === undefined);
const isComplete = (acts: readonly Act[]): boolean => acts.length > 0 && acts.every(({ state }) => state !== 'waiting');
const wordsOf = (acts: readonly Act[]): string => acts.map(({ system, state }) => `${system} ${state}`).sort().join();

interface Seen {
  words: string;
  /** Looks since which nobody is waited for. */
  complete: number;
}

/** Every look is one light call of the api; nothing is lost by leaving one out. */
export function awaitActs({ ledger, pool, log, onHeard, pauses = PAUSES }: AwaitParts): AwaitActs {
  const followed = new Set<string>();

  async function look(person: string, event: string, before: Seen): Promise<Seen> {
    const all = await ledger.actsOn(person, event);
    const acts = said(all);
    const words = wordsOf(acts);
    if (words !== before.words) {
      await keepActs(pool, { person, event }, acts);
      onHeard(person);
    }
    return { words, complete: isComplete(all) ? before.complete + 1 : 0 };
  }

  async function watch(person: string, event: string): Promise<void> {
    let seen: Seen = { words: '', complete: 0 };
    for (const pause of pauses) {
      if (seen.complete > LAST_LOOKS) return;
      await sleep(pause, undefined, { ref: false });
      try {
        seen = await look(person, event, seen);
      } catch (error) {
        if (error instanceof LedgerRefused) return log.debug({ code: error.code }, 'who acted is not told');
        if (!(error instanceof LedgerSilent)) return log.warn({ code: (error as { code?: string }).code }, 'who acted cannot be kept');
      }
    }
  }

  return {
    follow(person, event) {
      if (followed.has(event) || followed.size >= MOST) return;
      followed.add(event);
      void watch(person, event).finally(() => followed.delete(event));
    },
  };
}
