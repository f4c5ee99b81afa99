/** Waits between tries: 50 ms, doubled each time, 5 s at most. */
export const delayOf = (attempt: number): number => Math.min(5_000, 50 * 2 ** Math.min(attempt, 10));

/** Resolves after `ms`, or as soon as `signal` is aborted. Keeps no process alive. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

/** Waits for `work`, but no longer than until `signal` is aborted. Throws what `work` throws before that. */
export async function unlessAborted(signal: AbortSignal, work: Promise<unknown>): Promise<void> {
  work.catch(() => undefined);
  if (signal.aborted) return;
  let stop: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
