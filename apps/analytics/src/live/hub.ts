/** Tells open pages that there is something new to look at; what it is they fetch. */
export interface Hub {
  /** Something that pages show has changed; calls in quick succession become one. */
  changed: () => void;
  add(listener: () => void): () => void;
  readonly size: number;
}

const PAUSE_MS = 150;

export function createHub(): Hub {
  const listeners = new Set<() => void>();
  let planned: NodeJS.Timeout | undefined;
  return {
    changed() {
      planned ??= setTimeout(() => {
        planned = undefined;
        for (const tell of listeners) tell();
      }, PAUSE_MS).unref();
    },
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get size() {
      return listeners.size;
    },
  };
}
