import type { HeldPerson, HeldState } from '../may.js';
import type { Place } from '../order.js';
import type { Shelf } from '../store.js';
import type { Queries } from './queries.js';

interface StreamRow {
  person: string;
  purpose: string;
  version: number;
  recorded: number | null;
  parked_version: number;
  allowed: boolean;
  channels: string[] | null;
  valid_until: Date | null;
}

interface PersonRow {
  person: string;
  version: number;
  recorded: number | null;
  parked_version: number;
  erased: boolean;
  restricted: boolean;
  suppressed: boolean;
  merged_into: string | null;
}

/** Microseconds since 1970: `recorded_at` as a number that keeps them. */
export const recordedIn = (row: string): string => `(extract(epoch FROM ${row}.recorded_at) * 1000000)::float8`;

export const placeIn = ({ version, recorded }: { version: number; recorded: number | null }): Place => ({ version, ...(recorded !== null && { recorded }) });

export const heldState = (row: Omit<StreamRow, 'person' | 'purpose'>): HeldState => ({
  ...placeIn(row),
  parkedVersion: row.parked_version,
  allowed: row.allowed,
  ...(row.channels && { channels: row.channels }),
  ...(row.valid_until && { validUntil: row.valid_until.getTime() }),
});

export const heldPerson = (row: Omit<PersonRow, 'person'>): HeldPerson => ({
  ...placeIn(row),
  parkedVersion: row.parked_version,
  erased: row.erased,
  restricted: row.restricted,
  suppressed: row.suppressed,
  ...(row.merged_into !== null && { mergedInto: row.merged_into }),
});

const PAGE = 20_000;
const FIRST = '00000000-0000-0000-0000-000000000000';

const STREAMS_AFTER = `
  SELECT person, purpose, version, ${recordedIn('s')} AS recorded, parked_version, allowed, channels, valid_until FROM samtycke_consumer.consent_state s
  WHERE (person, purpose) > ($1, $2) ORDER BY person, purpose LIMIT ${PAGE}`;
const PERSONS_AFTER = `
  SELECT person, version, ${recordedIn('p')} AS recorded, parked_version, erased, restricted, suppressed, merged_into FROM samtycke_consumer.persons p
  WHERE person > $1 OR ($2 AND person = $1) ORDER BY person LIMIT ${PAGE}`;

async function loadPersons(queries: Queries, shelf: Shelf): Promise<void> {
  for (let after = FIRST, first = true; ; first = false) {
    const { rows } = await queries.query<PersonRow>(PERSONS_AFTER, [after, first]);
    for (const row of rows) shelf.person(row.person, heldPerson(row));
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.person;
  }
}

async function loadStreams(queries: Queries, shelf: Shelf): Promise<void> {
  for (let after = { person: FIRST, purpose: '' }; ; ) {
    const { rows } = await queries.query<StreamRow>(STREAMS_AFTER, [after.person, after.purpose]);
    for (const row of rows) shelf.stream(row.person, row.purpose, heldState(row));
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last;
  }
}

/** Everything that is held, in pages. */
export async function loadAll(queries: Queries, shelf: Shelf): Promise<void> {
  await loadPersons(queries, shelf);
  await loadStreams(queries, shelf);
}
