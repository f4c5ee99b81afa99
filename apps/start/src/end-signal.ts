const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const LOOK_EVERY_MS = 1_000;

/** When this process is to end. */
export interface EndSignal {
  signal: AbortSignal;
  /** Stops listening. */
  close(): void;
}

/**
 * Aborted by Ctrl-C, SIGTERM, SIGHUP, and, where `npm start` stands between this process and its user, by the end of
 * npm: it does not pass every signal on. Repeated signals (a terminal sends one, npm another) count once.
 */
export function listenForEnd(): EndSignal {
  const ending = new AbortController();
  const end = () => ending.abort();
  for (const name of SIGNALS) process.on(name, end);
  const parent = process.ppid;
  const watch = process.env.npm_lifecycle_event === 'start' ? setInterval(() => process.ppid !== parent && end(), LOOK_EVERY_MS).unref() : undefined;
  return {
    signal: ending.signal,
    close() {
      clearInterval(watch);
      for (const name of SIGNALS) process.off(name, end);
    },
  };
}
