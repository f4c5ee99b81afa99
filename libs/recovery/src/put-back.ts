import type { Pool, PoolClient } from 'pg';
import type { PersonState, Stream } from '#consent';
import type { LedgerEvent } from '#contracts';
import { leafHash } from '#proof';
import { LostLease } from '#outbox';
import { sha256 } from '#vault';
import { Contradiction } from './contradiction.js';
import { headKey, States, type HeadNow, type PersonNow } from './fold-entries.js';

/** An entry of the log outside the database. */
export interface LogEntry {
  index: number;
  bytes: Uint8Array;
  event: LedgerEvent;
}

export interface PutBackOptions {
  pool: Pool;
  ledger: number;
  /** What the ledger is called in its log. */
  origin: string;
  /** Of the relay's lease, which the recovery holds: nobody gives indices meanwhile. */
  fencing: string;
}

const STANDING = `
SELECT w.n, e.bytes FROM unnest($2::uuid[], $3::int[]) WITH ORDINALITY AS w(person, seq, n)
JOIN events e ON e.ledger = $1 AND e.person = w.person AND e.seq = w.seq`;
const PEOPLE = `
SELECT person, kind, seq, step, recorded_us, hash, state FROM persons WHERE ledger = $1 AND person = ANY ($2::uuid[]) ORDER BY person FOR UPDATE`;
const HEADS = 'SELECT person, purpose, state FROM heads WHERE ledger = $1 AND person = ANY ($2::uuid[])';
const INSERT_EVENTS = `
INSERT INTO events (ledger, person, purpose, version, seq, request, ordinal, event, type, recorded_at, occurred_at, bytes)
SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::int[], $5::int[], $6::uuid[], $7::smallint[], $8::uuid[], $9::text[], $10::timestamptz[], $11::timestamptz[], $12::bytea[])`;
const INSERT_LEAVES = `
INSERT INTO leaves (ledger, idx, person, seq, event, hash) SELECT $1, * FROM unnest($2::bigint[], $3::uuid[], $4::int[], $5::uuid[], $6::bytea[])`;
const DROP_WAITING = `
DELETE FROM outbox o USING unnest($2::timestamptz[], $3::uuid[], $4::int[]) AS w(recorded_at, person, seq)
WHERE o.ledger = $1 AND o.recorded_at = w.recorded_at AND o.person = w.person AND o.seq = w.seq`;
const UPSERT_PEOPLE = `
INSERT INTO persons (ledger, person, kind, seq, step, recorded_us, known_us, hash, state)
SELECT $1, p.person, p.kind, p.seq, p.step, p.recorded_us, p.recorded_us, p.hash, p.state
FROM unnest($2::uuid[], $3::text[], $4::int[], $5::int[], $6::bigint[], $7::bytea[], $8::text[]) AS p(person, kind, seq, step, recorded_us, hash, state)
ON CONFLICT (ledger, person) DO UPDATE SET seq = excluded.seq, step = excluded.step, recorded_us = excluded.recorded_us,
  known_us = greatest(persons.known_us, excluded.known_us), hash = excluded.hash, state = excluded.state`;
const UPSERT_HEADS = `
INSERT INTO heads (ledger, person, purpose, version, status, allowed, valid_until, state)
SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::int[], $5::text[], $6::bool[], $7::timestamptz[], $8::text[])
ON CONFLICT (ledger, person, purpose) DO UPDATE SET version = excluded.version, status = excluded.status,
  allowed = excluded.allowed, valid_until = excluded.valid_until, state = excluded.state`;
const MOVE = `UPDATE leases SET next = $2 WHERE ledger = $1 AND role = 'relay' AND fencing = $3 AND next = $4`;

async function statesOf(client: PoolClient, { ledger, origin }: PutBackOptions, entries: LogEntry[]): Promise<States> {
  const people = [...new Set(entries.map(({ event }) => event.person))];
  const persons = await client.query<{ person: string; kind: string; seq: number; step: number; recorded_us: string; hash: Buffer; state: string | null }>(PEOPLE, [ledger, people]);
  const heads = await client.query<{ person: string; purpose: string; state: string }>(HEADS, [ledger, people]);
  const now = persons.rows.map((row): [string, PersonNow] => [row.person, { ...row, recordedUs: Number(row.recorded_us), state: row.state === null ? null : (JSON.parse(row.state) as PersonState) }]);
  const streams = heads.rows.map(({ person, purpose, state }): [string, HeadNow] => [headKey(person, purpose), { person, purpose, stream: JSON.parse(state) as Stream }]);
  return new States(origin, new Map(now), new Map(streams));
}

/** Entries whose event the database lacks. Throws a Contradiction where it has another one in the same place. */
async function missingOf(client: PoolClient, ledger: number, entries: LogEntry[]): Promise<LogEntry[]> {
  const { rows } = await client.query<{ n: string; bytes: Buffer }>(STANDING, [ledger, entries.map(({ event }) => event.person), entries.map(({ event }) => event.seq)]);
  const standing = new Set<LogEntry>();
  for (const { n, bytes } of rows) {
    const entry = entries[Number(n) - 1];
    if (!entry) continue;
    if (!bytes.equals(entry.bytes)) throw new Contradiction(`person ${entry.event.person}, purpose ${entry.event.purpose}, version ${entry.event.version}: the database has another event ${entry.event.seq} than the signed log at index ${entry.index}. It was written after the backup was put in place`);
    standing.add(entry);
  }
  return entries.filter((entry) => !standing.has(entry));
}

const column = <T, V>(rows: readonly T[], value: (row: T) => V): V[] => rows.map(value);

async function insertEvents(client: PoolClient, ledger: number, entries: LogEntry[]): Promise<void> {
  const events = entries.map(({ event }) => event);
  await client.query(INSERT_EVENTS, [
    ledger, column(events, (one) => one.person), column(events, (one) => one.purpose), column(events, (one) => one.version), column(events, (one) => one.seq), column(events, (one) => one.request),
    column(events, (one) => one.ordinal), column(events, (one) => one.event), column(events, (one) => one.type), column(events, (one) => one.recordedAt), column(events, (one) => one.occurredAt),
    column(entries, ({ bytes }) => Buffer.from(bytes)),
  ]);
}

async function writeStates(client: PoolClient, ledger: number, states: States): Promise<void> {
  const people = [...states.changedPeople.values()];
  const heads = [...states.changedHeads.values()];
  await client.query(UPSERT_PEOPLE, [
    ledger, column(people, (one) => one.person), column(people, (one) => one.kind), column(people, (one) => one.seq), column(people, (one) => one.step), column(people, (one) => one.recordedUs),
    column(people, (one) => one.hash), column(people, (one) => (one.state === null ? null : JSON.stringify(one.state))),
  ]);
  await client.query(UPSERT_HEADS, [
    ledger, column(heads, (one) => one.person), column(heads, (one) => one.purpose), column(heads, ({ stream }) => stream.version), column(heads, ({ stream }) => stream.status),
    column(heads, ({ stream }) => stream.allowed), column(heads, ({ stream }) => stream.validUntil ?? null), column(heads, ({ stream }) => JSON.stringify(stream)),
  ]);
}

async function write(client: PoolClient, options: PutBackOptions, entries: LogEntry[]): Promise<number> {
  const { ledger, fencing } = options;
  const hashes = new Map(entries.map((entry) => [entry, Buffer.from(leafHash(sha256, entry.bytes))]));
  const states = await statesOf(client, options, entries);
  const missing = await missingOf(client, ledger, entries);
  for (const entry of entries) states.take(entry, hashes.get(entry) ?? Buffer.alloc(32));
  if (missing.length > 0) await insertEvents(client, ledger, missing);
  await writeStates(client, ledger, states);
  const events = entries.map(({ event }) => event);
  await client.query(INSERT_LEAVES, [ledger, column(entries, ({ index }) => index), column(events, (one) => one.person), column(events, (one) => one.seq), column(events, (one) => one.event), [...hashes.values()]]);
  await client.query(DROP_WAITING, [ledger, column(events, (one) => one.recordedAt), column(events, (one) => one.person), column(events, (one) => one.seq)]);
  const first = entries[0]?.index ?? 0;
  const moved = await client.query(MOVE, [ledger, first + entries.length, fencing, first]);
  if (moved.rowCount !== 1) throw new LostLease('another relay leads, or the next index is another one');
  return missing.length;
}

/**
 * Puts a page of the log's entries back, the next ones that the database lacks an index for: events, states, indices, and
 * out of the outbox what waited there; one transaction. Tells how many of the events were missing. Killed anywhere, it goes
 * on from the index that the database has then.
 */
export async function putBack(options: PutBackOptions, entries: LogEntry[]): Promise<number> {
  const client = await options.pool.connect();
  try {
    await client.query('BEGIN');
    const missing = await write(client, options, entries);
    await client.query('COMMIT');
    client.release();
    return missing;
  } catch (error) {
    client.release(true);
    const { code, constraint } = error as { code?: string; constraint?: string };
    if (code !== '23505') throw error;
    throw new Contradiction(`an event between index ${entries[0]?.index} and ${entries.at(-1)?.index} of the signed log stands against one that was written after the backup was put in place (${constraint})`);
  }
}

