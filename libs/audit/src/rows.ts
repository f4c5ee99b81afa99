import type { PoolClient } from 'pg';
import { CopiedRows, uuidLiteral } from './copied-rows.js';
import { textRows } from './snapshot.js';

/** Where each column of an event's row stands. */
export const AT = { person: 0, seq: 1, purpose: 2, version: 3, request: 4, ordinal: 5, event: 6, type: 7, recorded: 8, occurred: 9, text: 10, index: 11, leafEvent: 12, leafHash: 13 } as const;

/** An event as its row holds it, every column as text, times in the ledger's form; `text` is the bytes, read as UTF-8. */
export type EventRow = [
  person: string, seq: string, purpose: string, version: string, request: string, ordinal: string, event: string, type: string,
  recorded: string, occurred: string, text: string, index: string | null, leafEvent: string | null, leafHash: string | null,
];

export type HeadRow = [person: string, purpose: string, version: string, status: string, allowed: string, validUntil: string | null, state: string];
export type PersonRow = [person: string, kind: string, seq: string, step: string, recorded: string, hash: string, state: string | null];

/** Behind (person, seq), in that order. */
export interface Place {
  person: string;
  seq: number;
}

export const FIRST: Place = { person: '00000000-0000-0000-0000-000000000000', seq: -2_147_483_648 };
const LAST_PERSON = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** A stretch of the events: behind a place, and where it is named, before a person. */
export interface Stretch {
  after: Place;
  before?: string;
}

const within = (ledger: number, { after: { person, seq }, before }: Stretch): string =>
  `ledger = ${Number(ledger)} AND (person, seq) > (${uuidLiteral(person)}, ${Number(seq)})${before === undefined ? '' : ` AND person < ${uuidLiteral(before)}`}`;

const EVENTS = (ledger: number, stretch: Stretch, limit: number): string => `
SELECT e.person, e.seq, e.purpose, e.version, e.request, e.ordinal, e.event, e.type, e.recorded_at, e.occurred_at, e.bytes, l.idx, l.event, l.hash
FROM (SELECT * FROM events WHERE ${within(ledger, stretch)} ORDER BY person, seq LIMIT ${Number(limit)}) e
LEFT JOIN (SELECT idx, event, hash, person, seq FROM leaves WHERE ${within(ledger, stretch)}) l ON l.person = e.person AND l.seq = e.seq
ORDER BY e.person, e.seq`;

export const eventRows = (): CopiedRows => new CopiedRows(Object.keys(AT).length);

/** The next events, with what the log holds at their place. */
export const copyEvents = (rows: CopiedRows, client: PoolClient, ledger: number, stretch: Stretch, limit: number): Promise<CopiedRows> => rows.copy(client, EVENTS(ledger, stretch, limit));

/** Bytes that are no UTF-8 come with replacement characters in them. */
export const eventRow = (rows: CopiedRows, row: number): EventRow => [
  rows.uuid(row, AT.person), String(rows.int(row, AT.seq)), rows.text(row, AT.purpose), String(rows.int(row, AT.version)), rows.uuid(row, AT.request), String(rows.short(row, AT.ordinal)),
  rows.uuid(row, AT.event), rows.text(row, AT.type), rows.moment(row, AT.recorded), rows.moment(row, AT.occurred), rows.text(row, AT.text),
  rows.isNull(row, AT.index) ? null : String(rows.big(row, AT.index)), rows.isNull(row, AT.leafEvent) ? null : rows.uuid(row, AT.leafEvent), rows.isNull(row, AT.leafHash) ? null : rows.hex(row, AT.leafHash),
];

/** The next events, as texts. */
export async function readEvents(client: PoolClient, ledger: number, after: Place, limit: number): Promise<EventRow[]> {
  const rows = await copyEvents(eventRows(), client, ledger, { after }, limit);
  return Array.from({ length: rows.count }, (_, row) => eventRow(rows, row));
}

/** From a person on, up to and without another, or up to one; without an end, all that follow. */
export interface People {
  from: string;
  before?: string;
  to?: string;
}

/** A condition on `person`, and its values $2 to $4; the same as it stands in a statement without parameters. */
export const people = {
  range: 'ledger = $1 AND person >= $2 AND person <= $3 AND (person < $3 OR $4)',
  values: ({ from, before, to = LAST_PERSON }: People): unknown[] => [from, before ?? to, before === undefined],
  literal: (ledger: number, { from, before, to = LAST_PERSON }: People): string => `ledger = ${Number(ledger)} AND person >= ${uuidLiteral(from)} AND person ${before === undefined ? '<=' : '<'} ${uuidLiteral(before ?? to)}`,
};

export const headRows = (): CopiedRows => new CopiedRows(7);
export const personRows = (): CopiedRows => new CopiedRows(7);

export const copyHeads = (rows: CopiedRows, client: PoolClient, ledger: number, some: People): Promise<CopiedRows> =>
  rows.copy(client, `SELECT person, purpose, version, status, allowed, valid_until, state FROM heads WHERE ${people.literal(ledger, some)} ORDER BY person, purpose`);

export const copyPersons = (rows: CopiedRows, client: PoolClient, ledger: number, some: People): Promise<CopiedRows> =>
  rows.copy(client, `SELECT person, kind, seq, step, recorded_us, hash, state FROM persons WHERE ${people.literal(ledger, some)} ORDER BY person`);

export const headRow = (rows: CopiedRows, row: number, person: string): HeadRow => [
  person, rows.text(row, 1), String(rows.int(row, 2)), rows.text(row, 3), rows.bool(row, 4) ? 't' : 'f', rows.momentOrNull(row, 5), rows.text(row, 6),
];

export const personRow = (rows: CopiedRows, row: number, person: string): PersonRow => [
  person, rows.text(row, 1), String(rows.int(row, 2)), String(rows.int(row, 3)), String(rows.big(row, 4)), rows.hex(row, 5), rows.textOrNull(row, 6),
];

const WAITING = `
SELECT w.n FROM unnest($2::timestamptz[], $3::uuid[], $4::int[]) WITH ORDINALITY AS w(recorded_at, person, seq, n)
WHERE EXISTS (SELECT FROM outbox WHERE ledger = $1 AND recorded_at = w.recorded_at AND person = w.person AND seq = w.seq)`;

/** Which of the events without an index wait in the outbox, by the number of their row. */
export async function waitingOf(client: PoolClient, ledger: number, rows: CopiedRows): Promise<Set<number>> {
  const without = Array.from({ length: rows.count }, (_, row) => row).filter((row) => rows.isNull(row, AT.index));
  if (without.length === 0) return new Set();
  const columns = [without.map((row) => rows.moment(row, AT.recorded)), without.map((row) => rows.uuid(row, AT.person)), without.map((row) => rows.int(row, AT.seq))];
  const found = await textRows<[string]>(client, 'audit-waiting', WAITING, [ledger, ...columns]);
  return new Set(found.map(([n]) => without[Number(n) - 1] ?? -1));
}
