/** Tells open pages that something they show has changed; they fetch it themselves. */
export interface Hub {
  add(listener: () => void): () => void;
  changed(): void;
}

const AT_MOST_EVERY_MS = 150;

/** Changes that come close together are told once: at once for the first, and once more when the pause is over. */
export function createHub(): Hub {
  const listeners = new Set<() => void>();
  let planned: NodeJS.Timeout | undefined;
  let toldAt = -Infinity;
  const tell = (): void => {
    planned = undefined;
    toldAt = performance.now();
    for (const listener of listeners) listener();
  };
  return {
    add: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed: () => {
      const wait = toldAt + AT_MOST_EVERY_MS - performance.now();
      if (wait <= 0) tell();
      else planned ??= setTimeout(tell, wait).unref();
    },
  };
}
