/** Begins something and tells whether it was done before `signal` was aborted. The signal keeps nothing of it afterwards, however long it lives. */
export const doneBefore = (signal: AbortSignal, begin: (done: () => void) => void): Promise<boolean> =>
  new Promise((resolve) => {
    const end = (isDone: boolean): void => {
      signal.removeEventListener('abort', stop);
      resolve(isDone);
    };
    const stop = (): void => end(false);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop);
    begin(() => end(true));
  });
