import type { PoolClient } from 'pg';
import { textRows } from './snapshot.js';

/** An event as its row holds it, every column as text; `text` is the bytes, read as UTF-8. */
export type EventRow = [
  person: string, seq: string, purpose: string, version: string, request: string, ordinal: string, event: string, type: string,
  recorded: string, occurred: string, text: string, index: string | null, leafEvent: string | null, leafHash: string | null,
];
/** Where each column of an event's row stands. */
export const AT = { person: 0, seq: 1, purpose: 2, version: 3, request: 4, ordinal: 5, event: 6, type: 7, recorded: 8, occurred: 9, text: 10, index: 11, leafEvent: 12, leafHash: 13 } as const;

export type HeadRow = [person: string, purpose: string, version: string, status: string, allowed: string, validUntil: string | null, state: string];
export type PersonRow = [person: string, kind: string, seq: string, step: string, recorded: string, hash: string, state: string | null];

/** Behind (person, seq), in that order. */
export interface Place {
  person: string;
  seq: number;
}

export const FIRST: Place = { person: '00000000-0000-0000-0000-000000000000', seq: -2_147_483_648 };
const LAST_PERSON = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const events = (bytes: string): string => `
SELECT e.person, e.seq, e.purpose, e.version, e.request, e.ordinal, e.event, e.type, e.recorded_at, e.occurred_at, ${bytes},
  l.idx, l.event, encode(l.hash, 'hex')
FROM (SELECT * FROM events WHERE ledger = $1 AND (person, seq) > ($2::uuid, $3::int) ORDER BY person, seq LIMIT $4) e
LEFT JOIN (SELECT idx, event, hash, person, seq FROM leaves WHERE ledger = $1 AND (person, seq) > ($2::uuid, $3::int)) l ON l.person = e.person AND l.seq = e.seq
ORDER BY e.person, e.seq`;

/** Bytes are UTF-8 unless somebody changed them. */
const AS_UTF8 = events(`convert_from(e.bytes, 'UTF8')`);
const AS_HEX = events(`encode(e.bytes, 'hex')`);
const NO_UTF8 = new Set(['22021', '22P05']);

/** The next events. Bytes that are no UTF-8 come with replacement characters in them: another text, with another hash. */
export async function readEvents(client: PoolClient, ledger: number, after: Place, limit: number): Promise<EventRow[]> {
  const values = [ledger, after.person, after.seq, limit];
  await client.query('SAVEPOINT page');
  try {
    return await textRows<EventRow>(client, 'audit-events', AS_UTF8, values);
  } catch (error) {
    if (!NO_UTF8.has(String((error as { code?: string }).code))) throw error;
    await client.query('ROLLBACK TO page');
    const rows = await textRows<EventRow>(client, 'audit-events-hex', AS_HEX, values);
    for (const row of rows) row[AT.text] = Buffer.from(row[AT.text], 'hex').toString('utf8');
    return rows;
  }
}

/** From a person on, up to and without another, or up to one; without an end, all that follow. */
export interface People {
  from: string;
  before?: string;
  to?: string;
}

/** A condition on `person`, and its values $2 to $4. */
export const people = {
  range: 'ledger = $1 AND person >= $2 AND person <= $3 AND (person < $3 OR $4)',
  values: ({ from, before, to = LAST_PERSON }: People): unknown[] => [from, before ?? to, before === undefined],
};

export const readHeads = (client: PoolClient, ledger: number, some: People): Promise<HeadRow[]> =>
  textRows<HeadRow>(client, 'audit-heads', `SELECT person, purpose, version, status, allowed, valid_until, state FROM heads WHERE ${people.range} ORDER BY person, purpose`, [ledger, ...people.values(some)]);

export const readPersons = (client: PoolClient, ledger: number, some: People): Promise<PersonRow[]> =>
  textRows<PersonRow>(client, 'audit-persons', `SELECT person, kind, seq, step, recorded_us, encode(hash, 'hex'), state FROM persons WHERE ${people.range} ORDER BY person`, [ledger, ...people.values(some)]);

const WAITING = `
SELECT w.n FROM unnest($2::timestamptz[], $3::uuid[], $4::int[]) WITH ORDINALITY AS w(recorded_at, person, seq, n)
WHERE EXISTS (SELECT FROM outbox WHERE ledger = $1 AND recorded_at = w.recorded_at AND person = w.person AND seq = w.seq)`;

/** Which of these events wait in the outbox. */
export async function waitingOf(client: PoolClient, ledger: number, rows: EventRow[]): Promise<Set<EventRow>> {
  if (rows.length === 0) return new Set();
  const columns = [rows.map((row) => row[AT.recorded]), rows.map((row) => row[AT.person]), rows.map((row) => row[AT.seq])];
  const found = await textRows<[string]>(client, 'audit-waiting', WAITING, [ledger, ...columns]);
  return new Set(found.flatMap(([n]) => {
    const row = rows[Number(n) - 1];
    return row ? [row] : [];
  }));
}
