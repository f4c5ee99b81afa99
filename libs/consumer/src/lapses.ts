import { isLapse } from './faults.js';
import type { Store } from './store.js';

/**
 * The times at which the database was out of reach. What answers afterwards may be another one, a moment behind: what was committed
 * last may be gone from it.
 */
export interface Lapses {
  tell(): void;
  /** `listener` is called at once for each; the result ends that. */
  heed(listener: () => void): () => void;
}

export function createLapses(): Lapses {
  const listeners = new Set<() => void>();
  return {
    tell: () => listeners.forEach((listener) => listener()),
    heed: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The same store, which tells what it could not do because the database was out of reach. */
export function tellingLapses<T>(store: Store<T>, { tell }: Lapses): Store<T> {
  const telling = <R>(work: Promise<R>): Promise<R> =>
    work.catch((error: unknown) => {
      if (isLapse(error)) tell();
      throw error;
    });
  return {
    prepare: () => telling(store.prepare()),
    transact: (work) => telling(store.transact(work)),
    probe: () => telling(store.probe()),
    load: (shelf) => telling(store.load(shelf)),
    ask: (person, purpose) => telling(store.ask(person, purpose)),
    holds: (asked) => telling(store.holds(asked)),
    positions: (topic) => telling(store.positions(topic)),
    seen: (topic) => telling(store.seen(topic)),
    learnt: () => telling(store.learnt()),
    narrow: (purposes) => telling(store.narrow(purposes)),
    forgetInformed: () => telling(store.forgetInformed()),
    hear: (listener) =>
      store.hear((error) => {
        tell();
        listener(error);
      }),
  };
}
