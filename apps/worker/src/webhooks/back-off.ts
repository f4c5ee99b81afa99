const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How an event that was not taken is tried again. */
export interface BackOff {
  /** Before the second try, the third, …; the last stands for all that follow. */
  delays: readonly number[];
  /** After the first try; then it is parked. */
  forMs: number;
}

export const BACK_OFF: BackOff = { delays: [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 3 * HOUR], forMs: 72 * HOUR };

/** A fifth more or less, so that what failed together does not come together. */
const jittered = (ms: number, chance: number): number => ms * (0.8 + 0.4 * chance);

/** Nothing is put off by more. `restMs`: the longest that a receiver may ask for. */
export const longestWait = ({ delays }: BackOff, restMs: number): number => Math.max(restMs, ...delays.map((delay) => jittered(delay, 1)));

/**
 * When an event whose try number `tries` (from 1) failed at `at` is tried again; the last try is at the end of the time;
 * undefined when that has passed. `notBefore`: what the receiver asked for.
 */
export function nextTry({ delays, forMs }: BackOff, { tries, firstAt, at, notBefore = at, chance = Math.random() }: { tries: number; firstAt: Date; at: Date; notBefore?: Date; chance?: number }): Date | undefined {
  const end = firstAt.getTime() + forMs;
  if (at.getTime() >= end) return undefined;
  const delay = delays[Math.min(tries, delays.length) - 1] ?? 0;
  return new Date(Math.min(Math.max(at.getTime() + jittered(delay, chance), notBefore.getTime()), end));
}
