import type { ConsumedEvent } from '#consumer';
import type { OpenPage } from '#live';
import type { Session } from '../store/sessions.js';

/** An open page of somebody's. */
export interface Listener extends OpenPage {
  session: Session;
}

/** Brings what the consumer has applied to the pages that are open. */
export interface Hub {
  /** Answers how to leave; undefined where too many pages are open. Of one session the oldest page makes room. */
  add(listener: Listener): (() => void) | undefined;
  /** Events that were committed in the portal's database. */
  committed(events: readonly ConsumedEvent[]): void;
  /** Something of the portal's own changed for these sessions. */
  touch(belongs: (session: Session) => boolean): void;
  /** A session's person is known now, or another one than before. */
  learned(session: Session): void;
  /** Whether somebody's page is open. */
  watches(person: string): boolean;
  /** The sessions whose pages are open. */
  sessions(): Buffer[];
  /** Keeps the connections open, but for those of sessions that have ended. */
  beat(ended: ReadonlySet<string>): void;
  readonly size: number;
}

const NEWCOMERS_PAUSE_MS = 1_000;
/** Open pages in one process, and of one session. */
const MOST = 10_000;
const MOST_OF_ONE = 64;

export function createHub(): Hub {
  const listeners = new Set<Listener>();
  let planned: NodeJS.Timeout | undefined;
  let told = 0;

  /** Somebody new is in the ledger: pages of people whom it did not know look again, at most once a second. */
  function tellUnknown(): void {
    if (planned) return;
    planned = setTimeout(() => {
      planned = undefined;
      told = Date.now();
      for (const listener of listeners) if (listener.session.person === undefined) listener.changed();
    }, Math.max(0, told + NEWCOMERS_PAUSE_MS - Date.now()));
    planned.unref();
  }

  function dismiss(listener: Listener): void {
    listeners.delete(listener);
    listener.end();
  }

  return {
    add(listener) {
      if (listeners.size >= MOST) return undefined;
      const own = [...listeners].filter(({ session }) => session.id.equals(listener.session.id));
      if (own[0] && own.length >= MOST_OF_ONE) dismiss(own[0]);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    committed(events) {
      const people = new Map(events.map(({ data }) => [data.person, data.purpose]));
      for (const listener of listeners) {
        const purpose = listener.session.person && people.get(listener.session.person);
        if (purpose) listener.changed({ purpose });
      }
      if (events.some(({ data }) => data.kind === 'person' && data.seq === 1)) tellUnknown();
    },
    touch(belongs) {
      for (const listener of listeners) if (belongs(listener.session)) listener.changed();
    },
    learned(session) {
      for (const listener of listeners) if (listener.session.id.equals(session.id)) listener.session.person = session.person;
    },
    watches: (person) => [...listeners].some(({ session }) => session.person === person),
    sessions: () => [...new Map([...listeners].map(({ session: { id } }) => [id.toString('hex'), id])).values()],
    beat(ended) {
      for (const listener of listeners) {
        if (ended.has(listener.session.id.toString('hex'))) dismiss(listener);
        else listener.beat();
      }
    },
    get size() {
      return listeners.size;
    },
  };
}
