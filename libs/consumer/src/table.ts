import { WHOLE_PERSON, type MessageData } from '#contracts';
import type pg from 'pg';
import type { Changes } from './fold.js';
import { mayUse, type HeldPerson, type HeldState } from './may.js';
import type { Received } from './received.js';

interface Entry {
  own?: HeldPerson;
  purposes: Map<string, HeldState>;
}

/** The state in memory: a copy of the database as of the last commit of this instance. */
export interface StateTable {
  load(pool: pg.Pool): Promise<void>;
  update(changes: Changes): void;
  hold(message: Received): void;
  may(person: string, purpose: string, channel: string | undefined, byDefault: boolean, now: number): boolean;
}

interface StreamRow {
  person: string;
  purpose: string;
  version: number;
  parked_version: number;
  allowed: boolean;
  channels: string[] | null;
  valid_until: Date | null;
}

interface PersonRow {
  person: string;
  version: number;
  parked_version: number;
  erased: boolean;
  restricted: boolean;
  suppressed: boolean;
  merged_into: string | null;
}

export const heldState = (row: Omit<StreamRow, 'person' | 'purpose'>): HeldState => ({
  version: row.version,
  parkedVersion: row.parked_version,
  allowed: row.allowed,
  ...(row.channels && { channels: row.channels }),
  ...(row.valid_until && { validUntil: row.valid_until.getTime() }),
});

export const heldPerson = (row: Omit<PersonRow, 'person'>): HeldPerson => ({
  version: row.version,
  parkedVersion: row.parked_version,
  erased: row.erased,
  restricted: row.restricted,
  suppressed: row.suppressed,
  ...(row.merged_into !== null && { mergedInto: row.merged_into }),
});

const stateOf = (data: MessageData, before: HeldState | undefined): HeldState => ({
  version: data.version,
  parkedVersion: before?.parkedVersion ?? 0,
  allowed: data.allowed ?? false,
  ...(data.channels && { channels: data.channels }),
  ...(data.validUntil !== undefined && { validUntil: Date.parse(data.validUntil) }),
});

const personOf = (data: MessageData, before: HeldPerson | undefined): HeldPerson => ({
  version: data.version,
  parkedVersion: before?.parkedVersion ?? 0,
  erased: data.erased ?? false,
  restricted: data.restricted ?? false,
  suppressed: data.suppressed ?? false,
  ...(data.mergedInto !== undefined && { mergedInto: data.mergedInto }),
});

const PAGE = 20_000;
const FIRST = '00000000-0000-0000-0000-000000000000';

const STREAMS_AFTER = `
  SELECT person, purpose, version, parked_version, allowed, channels, valid_until FROM samtycke_consumer.consent_state
  WHERE (person, purpose) > ($1, $2) ORDER BY person, purpose LIMIT ${PAGE}`;
const PERSONS_AFTER = `
  SELECT person, version, parked_version, erased, restricted, suppressed, merged_into FROM samtycke_consumer.persons
  WHERE person > $1 OR ($2 AND person = $1) ORDER BY person LIMIT ${PAGE}`;

export function createTable(): StateTable {
  let entries = new Map<string, Entry>();
  const entryOf = (person: string, within = entries): Entry => {
    const found = within.get(person);
    if (found) return found;
    const entry: Entry = { purposes: new Map() };
    within.set(person, entry);
    return entry;
  };

  async function loadStreams(pool: pg.Pool, fresh: Map<string, Entry>): Promise<void> {
    for (let after = { person: FIRST, purpose: '' }; ; ) {
      const { rows } = await pool.query<StreamRow>(STREAMS_AFTER, [after.person, after.purpose]);
      for (const row of rows) entryOf(row.person, fresh).purposes.set(row.purpose, heldState(row));
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = last;
    }
  }

  async function loadPersons(pool: pg.Pool, fresh: Map<string, Entry>): Promise<void> {
    for (let after = FIRST, first = true; ; first = false) {
      const { rows } = await pool.query<PersonRow>(PERSONS_AFTER, [after, first]);
      for (const row of rows) entryOf(row.person, fresh).own = heldPerson(row);
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = last.person;
    }
  }

  return {
    load: async (pool) => {
      const fresh = new Map<string, Entry>();
      await loadPersons(pool, fresh);
      await loadStreams(pool, fresh);
      entries = fresh;
    },
    update: ({ persons, streams, erased, removed }) => {
      for (const { data } of persons.values()) {
        const entry = entryOf(data.person);
        entry.own = personOf(data, entry.own);
      }
      for (const { data } of streams.values()) {
        const { purposes } = entryOf(data.person);
        purposes.set(data.purpose, stateOf(data, purposes.get(data.purpose)));
      }
      for (const person of erased) entryOf(person).purposes = new Map();
      for (const { data } of removed.values()) entries.get(data.person)?.purposes.delete(data.purpose);
    },
    hold: ({ data: { person, purpose, version } }) => {
      const entry = entryOf(person);
      if (purpose === WHOLE_PERSON) {
        const own = entry.own ?? { version: 0, parkedVersion: 0, erased: false, restricted: false, suppressed: false };
        entry.own = { ...own, parkedVersion: Math.max(own.parkedVersion, version) };
      } else {
        const state = entry.purposes.get(purpose) ?? { version: 0, parkedVersion: 0, allowed: false };
        entry.purposes.set(purpose, { ...state, parkedVersion: Math.max(state.parkedVersion, version) });
      }
    },
    may: (person, purpose, channel, byDefault, now) => {
      const entry = entries.get(person);
      return mayUse({ state: entry?.purposes.get(purpose), person: entry?.own, channel, byDefault, now });
    },
  };
}
