import { WHOLE_PERSON, type MessageData } from '#contracts';
import type { Changes } from './fold.js';
import { latest, mayUse, type HeldPerson, type HeldState } from './may.js';
import { placeOf } from './order.js';
import type { Received } from './received.js';
import type { Shelf, Store } from './store.js';

interface Entry {
  own?: HeldPerson;
  purposes: Map<string, HeldState>;
}

/** The state in memory: as of the last commit of this instance. */
export interface StateTable {
  /** Takes over what the store holds, but for what is known of a later version. */
  load(store: Pick<Store<unknown>, 'load'>): Promise<void>;
  update(changes: Changes): void;
  hold(message: Received): void;
  /** Takes over what the store holds of a person and one of his purposes. */
  put(person: string, purpose: string, held: { person?: HeldPerson; state?: HeldState }): void;
  held(person: string, purpose: string): { person?: HeldPerson; state?: HeldState };
  /** Puts everything on a shelf. */
  give(shelf: Shelf): void;
  may(person: string, purpose: string, channel: string | undefined, byDefault: boolean, now: number): boolean;
}

const stateOf = (data: MessageData, before: HeldState | undefined): HeldState => ({
  ...placeOf(data),
  parkedVersion: before?.parkedVersion ?? 0,
  allowed: data.allowed ?? false,
  ...(data.channels && { channels: data.channels }),
  ...(data.validUntil !== undefined && { validUntil: Date.parse(data.validUntil) }),
});

const personOf = (data: MessageData, before: HeldPerson | undefined): HeldPerson => ({
  ...placeOf(data),
  parkedVersion: before?.parkedVersion ?? 0,
  erased: data.erased ?? false,
  restricted: data.restricted ?? false,
  suppressed: data.suppressed ?? false,
  ...(data.mergedInto !== undefined && { mergedInto: data.mergedInto }),
});

/** What is known once a message was parked: until a newer one is applied the answer is no, also where what stands has a higher version, and is older. */
function withParked<T extends HeldState | HeldPerson>(known: T, data: MessageData): T {
  const { version, recorded } = placeOf(data);
  const parkedVersion = Math.max(known.parkedVersion, version);
  const isAnew = known.version >= version && (recorded ?? NaN) > (known.recorded ?? NaN);
  return isAnew ? { ...known, version: version - 1, recorded, parkedVersion } : { ...known, parkedVersion };
}

export function createTable(): StateTable {
  let entries = new Map<string, Entry>();
  // Ids are lower case; whoever asks may not know.
  const find = (person: string): Entry | undefined => entries.get(person) ?? entries.get(person.toLowerCase());
  const entryOf = (person: string, within = entries): Entry => {
    const found = within.get(person);
    if (found) return found;
    const entry: Entry = { purposes: new Map() };
    within.set(person, entry);
    return entry;
  };

  return {
    load: async (store) => {
      const fresh = new Map<string, Entry>();
      await store.load({
        person: (person, held) => void (entryOf(person, fresh).own = held),
        stream: (person, purpose, held) => void entryOf(person, fresh).purposes.set(purpose, held),
      });
      // What this process has seen committed holds, also where a database that was put back says less.
      for (const [person, { own, purposes }] of entries) {
        const entry = entryOf(person, fresh);
        entry.own = latest(entry.own, own);
        if (entry.own?.erased) entry.purposes = new Map();
        else for (const [purpose, state] of purposes) entry.purposes.set(purpose, latest(entry.purposes.get(purpose), state) ?? state);
      }
      entries = fresh;
    },
    update: ({ persons, streams, erased, removed }) => {
      for (const { data } of persons.values()) {
        const entry = entryOf(data.person);
        entry.own = latest(personOf(data, entry.own), entry.own);
      }
      for (const { data } of streams.values()) {
        const { own, purposes } = entryOf(data.person);
        const before = purposes.get(data.purpose);
        const fresh = stateOf(data, before);
        // What is applied again, after the database was put back, may be older than what is known.
        if (!own?.erased) purposes.set(data.purpose, latest(fresh, before) ?? fresh);
      }
      for (const person of erased) entryOf(person).purposes = new Map();
      for (const { data } of removed.values()) entries.get(data.person)?.purposes.delete(data.purpose);
    },
    hold: ({ data }) => {
      const { person, purpose } = data;
      const entry = entryOf(person);
      if (purpose === WHOLE_PERSON) {
        const own = entry.own ?? { version: 0, parkedVersion: 0, erased: false, restricted: false, suppressed: false };
        entry.own = withParked(own, data);
      } else {
        const state = entry.purposes.get(purpose) ?? { version: 0, parkedVersion: 0, allowed: false };
        entry.purposes.set(purpose, withParked(state, data));
      }
    },
    put: (person, purpose, { person: own, state }) => {
      const entry = entryOf(person);
      entry.own = latest(own, entry.own);
      const known = latest(state, entry.purposes.get(purpose));
      if (entry.own?.erased) entry.purposes = new Map();
      else if (known) entry.purposes.set(purpose, known);
    },
    held: (person, purpose) => {
      const entry = find(person);
      return { person: entry?.own, state: entry?.purposes.get(purpose) };
    },
    give: (shelf) => {
      for (const [person, { own, purposes }] of entries) {
        if (own) shelf.person(person, own);
        for (const [purpose, state] of purposes) shelf.stream(person, purpose, state);
      }
    },
    may: (person, purpose, channel, byDefault, now) => {
      const entry = find(person);
      return mayUse({ state: entry?.purposes.get(purpose), person: entry?.own, channel, byDefault, now });
    },
  };
}
