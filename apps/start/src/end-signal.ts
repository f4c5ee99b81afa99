import { isAlive, type ProcessMark } from '#servers';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const LOOK_EVERY_MS = 500;

/** When this process is to end. */
export interface EndSignal {
  signal: AbortSignal;
  /** Stops listening. */
  close(): void;
}

/**
 * Aborted by Ctrl-C, SIGTERM, SIGHUP, and by the end of the starter (npm) where there is one.
 * Repeated signals (a terminal sends one, npm another) count once.
 */
export function listenForEnd(starter: ProcessMark | undefined): EndSignal {
  const ending = new AbortController();
  const end = () => ending.abort();
  for (const name of SIGNALS) process.on(name, end);
  const look = () => starter && void isAlive(starter).then((alive) => alive || end());
  const watch = starter && setInterval(look, LOOK_EVERY_MS).unref();
  return {
    signal: ending.signal,
    close() {
      clearInterval(watch);
      for (const name of SIGNALS) process.off(name, end);
    },
  };
}
