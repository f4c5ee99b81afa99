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

/** Asked of the server that a transaction runs on, before it writes. Throws `AnotherServer`; or asked of none, where another was accepted meanwhile. */
export type Guard = (server?: string) => void;

/**
 * The servers of the database, by the identity that each has from its start to its end. A standby that has taken over, or a backup
 * that was put in place, may lack what was committed last. So nothing is applied, and no place noted, but on a server whose own
 * places are those that are followed.
 */
export interface Servers {
  /** Takes the server that answers now; the places are to be read after that. */
  accept(): Promise<void>;
  /** For work that begins now, by the places of the servers accepted up to now: whatever of it is left once another is accepted is refused. */
  guard(): Guard;
  heed(listener: ServersListener): () => void;
}

export function watchServers(store: Pick<Store<unknown>, 'transact'>): Servers {
  /** The one that was accepted last. Whoever comes back, though it was accepted before, lacks what was committed meanwhile. */
  let accepted: string | undefined;
  const listeners = new Set<ServersListener>();
  let others = 0;
  return {
    accept: async () => {
      const server = await store.transact((session) => session.server());
      if (server === undefined || accepted === server) return;
      if (accepted !== undefined) {
        others += 1;
        for (const { onAnother } of listeners) onAnother?.();
      }
      accepted = server;
    },
    guard: () => {
      const then = others;
      return (server) => {
        if (then !== others) throw new AnotherServer();
        if (server === undefined || accepted === server) return;
        for (const { onDoubt } of listeners) onDoubt?.();
        throw new AnotherServer();
      };
    },
    heed: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
