import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again every `everyMs` until the answer is true or `timeoutMs` have passed or `signal` is aborted; says which.
 * A question that throws ends the wait with its error.
 */
export async function until(
  question: () => Promise<boolean>,
  { timeoutMs, everyMs = 50, signal }: { timeoutMs: number; everyMs?: number; signal?: AbortSignal },
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    if (await question()) return true;
    if (signal?.aborted || performance.now() >= end) return false;
    await pause(Math.max(1, Math.min(everyMs, end - performance.now())));
  }
}
