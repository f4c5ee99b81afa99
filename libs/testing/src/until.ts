import { setTimeout as pause } from 'node:timers/promises';

export interface Waiting {
  /** Longest wait in ms (default 10,000). */
  timeoutMs?: number;
  /** Time between two questions in ms (default 25). */
  everyMs?: number;
  /** What is waited for, for the error message. */
  what?: string;
}

/** An answer that ends the wait. */
type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

/**
 * Asks again and again until the answer is truthy, and gives it. A question that throws counts as "not yet".
 * Throws once the time is up, with what was waited for and the last answer or error.
 */
export async function until<T>(question: () => Promise<T> | T, { timeoutMs = 10_000, everyMs = 25, what }: Waiting = {}): Promise<Truthy<T>> {
  const end = performance.now() + timeoutMs;
  const failure = new Error();
  let last = 'it was never asked';
  do {
    try {
      const answer = await question();
      if (answer) return answer as Truthy<T>;
      last = `the last answer was ${show(answer)}`;
    } catch (error) {
      last = `the last error was ${error instanceof Error ? error.message : String(error)}`;
    }
    await pause(everyMs);
  } while (performance.now() < end);
  failure.message = `Waited ${timeoutMs} ms in vain for ${what ?? question.toString().slice(0, 200)}; ${last}.`;
  throw failure;
}

const show = (answer: unknown): string => (answer === undefined ? 'undefined' : JSON.stringify(answer));
