import { Stopped } from './faults.js';
import type { Store } from './store.js';

/** Another server of the database answers: what was committed last may be gone from it. What was under way comes again. */
export class AnotherServer extends Stopped {}

export interface ServersListener {
  /** Another server answers than those whose places are known. It may be told more than once, until it is accepted. */
  onDoubt?: () => void;
  /** A server is accepted in another's place, a moment before anything is let through to it. */
  onAnother?: () => void;
}

/**
 * The servers of the database, by the identity that each has from its start to its end. A standby that has taken over, or a backup
 * that was put in place, may lack what was committed last. So nothing is applied, and no place noted, but on a server whose own
 * places are those that are followed.
 */
export interface Servers {
  /** Takes the server that answers now; the places are to be read after that. */
  accept(): Promise<void>;
  /** Asked in the transaction that writes, of the server that it runs on. Throws `AnotherServer`. */
  check(server: string | undefined): void;
  heed(listener: ServersListener): () => void;
}

export function watchServers(store: Pick<Store<unknown>, 'transact'>): Servers {
  /** More than one where several answer by one address: each of them is a doubt once. */
  const accepted = new Set<string | undefined>();
  const listeners = new Set<ServersListener>();
  return {
    accept: async () => {
      const server = await store.transact((session) => session.server());
      if (accepted.has(server)) return;
      if (accepted.size > 0) for (const { onAnother } of listeners) onAnother?.();
      accepted.add(server);
    },
    check: (server) => {
      if (accepted.has(server)) return;
      for (const { onDoubt } of listeners) onDoubt?.();
      throw new AnotherServer();
    },
    heed: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
