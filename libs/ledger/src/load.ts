import type { PoolClient } from 'pg';
import type { Stream } from '#consent';
import type { LedgerEvent } from '#contracts';
import { texts, uuids } from './arrays.js';
import type { Unit } from './call.js';
import type { LedgerOptions } from './options.js';
import { workingOf, type PersonRow, type Working } from './person.js';
import { READ_REQUEST, READ_STREAMS } from './sql.js';

interface StreamRow extends PersonRow {
  n: string;
  stream: string | null;
  master: string | null;
  wrapped: Buffer | null;
}

function keyFrom({ master, wrapped }: StreamRow, person: string, { keys }: LedgerOptions): Buffer | undefined {
  return wrapped && master !== null ? keys.unwrap(person, { master, wrapped }) : undefined;
}

interface Wanted {
  unit: Unit;
  purpose: string;
}

/** A unit without purposes still needs its person's row. */
function wantedBy(unit: Unit): Wanted[] {
  const own = unit.purposes.map((purpose) => ({ unit, purpose: purpose.id }));
  const facts = unit.facts ?? [];
  return [...own, ...facts.map((purpose) => ({ unit, purpose }))];
}

/** Reads people and streams of some units in one statement. */
export async function loadPeople(client: PoolClient, units: Unit[], options: LedgerOptions): Promise<Map<string, Working>> {
  const wanted = units.flatMap(wantedBy);
  const values = [options.ledger, uuids(wanted.map((one) => one.unit.holder.person)), texts(wanted.map((one) => one.purpose))];
  const { rows } = await client.query<StreamRow>({ name: 'read-streams', text: READ_STREAMS, values });
  const people = new Map<string, Working>();
  for (const row of rows) {
    const want = wanted[Number(row.n) - 1];
    if (!want) continue;
    const { person, kind } = want.unit.holder;
    let working = people.get(person);
    if (!working) {
      working = workingOf(person, kind, row);
      working.key = keyFrom(row, person, options);
      people.set(person, working);
    }
    if (row.stream !== null) working.streams.set(want.purpose, JSON.parse(row.stream) as Stream);
  }
  return people;
}

/** What a call has written already for a person: empty unless an earlier try came through. */
export async function loadRequest(client: PoolClient, ledger: number, person: string, request: string): Promise<LedgerEvent[]> {
  const { rows } = await client.query<{ bytes: Buffer }>({ name: 'read-request', text: READ_REQUEST, values: [ledger, person, request] });
  return rows.map((row) => JSON.parse(row.bytes.toString('utf8')) as LedgerEvent);
}
