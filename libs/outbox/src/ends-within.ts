/** Waits for `work`, but no longer than so long after `stop`: tells whether it has ended. Throws what it throws before that. */
export async function endsWithin(limitMs: number, stop: AbortSignal, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<boolean>((resolve) => {
    const begin = (): void => void (timer = setTimeout(() => resolve(false), limitMs));
    if (stop.aborted) begin();
    else stop.addEventListener('abort', begin, { once: true });
  });
  try {
    return await Promise.race([work.then(() => true), over]);
  } finally {
    clearTimeout(timer);
  }
}
