import { setTimeout as pause } from 'node:timers/promises';

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** What lived that long was sound: its next end is answered quickly again. */
const SOUND_AFTER_MS = 60_000;

/** Growing pauses between the lives of something that ends again and again. */
export interface BackOff {
  /** The pause (ms) after a life of `livedMs`: 0.5 s, doubled each time up to 30 s, 0.5 s again after a sound life. */
  next(livedMs: number): number;
}

export function createBackOff(): BackOff {
  let pauseMs = FIRST_MS;
  return {
    next(livedMs) {
      if (livedMs >= SOUND_AFTER_MS) pauseMs = FIRST_MS;
      const answer = pauseMs;
      pauseMs = Math.min(LONGEST_MS, pauseMs * 2);
      return answer;
    },
  };
}

/** Waits, or less when the signal is aborted; says whether the time passed. */
export const waitOut = (ms: number, signal: AbortSignal): Promise<boolean> => pause(ms, true, { signal }).catch(() => false);

/** `0.5 s`, `4 s`. */
export const inSeconds = (ms: number): string => `${ms / 1_000} s`;
