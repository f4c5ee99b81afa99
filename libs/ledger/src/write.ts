import type { PoolClient } from 'pg';
import type { Stream } from '#consent';
import { bools, byteas, int2s, int4s, int8s, texts, times, timesOrNull, uuids } from './arrays.js';
import type { AnswerRow, Batch, ClaimRow, Row } from './batch.js';
import { ClaimLost, type Beside } from './call.js';
import { microsOf } from './clock.js';
import { MasterRotated } from './faults.js';
import type { Working } from './person.js';
import { APPEND } from './sql.js';

const byPerson = (one: { person: string }, other: { person: string }): number => (one.person < other.person ? -1 : one.person > other.person ? 1 : 0);

function byPersonAndSeq(one: Row, other: Row): number {
  return byPerson(one.event, other.event) || one.event.seq - other.event.seq;
}

interface Head {
  person: string;
  purpose: string;
  stream: Stream;
}

function byPersonAndPurpose(one: Head, other: Head): number {
  return byPerson(one, other) || (one.purpose < other.purpose ? -1 : 1);
}

function personColumns(people: Working[]): Buffer[] {
  return [
    uuids(people.map((one) => one.person)),
    texts(people.map((one) => one.kind)),
    int4s(people.map((one) => one.seq)),
    int4s(people.map((one) => one.seq - one.expected)),
    int8s(people.map((one) => one.recorded)),
    int8s(people.map((one) => (one.firstRecorded ?? one.recorded) - 1)),
    byteas(people.map((one) => one.leaf ?? Buffer.alloc(32))),
    texts(people.map((one) => one.state)),
  ];
}

function keyColumns(people: Working[]): Buffer[] {
  const keyed = people.flatMap((one) => (one.newKey ? [{ person: one.person, ...one.newKey }] : []));
  return [uuids(keyed.map((one) => one.person)), texts(keyed.map((one) => one.master)), byteas(keyed.map((one) => one.wrapped))];
}

function claimColumns(claims: ClaimRow[]): Buffer[] {
  return [
    byteas(claims.map((one) => one.lookup)),
    uuids(claims.map((one) => one.id)),
    texts(claims.map((one) => one.kind)),
    uuids(claims.map((one) => one.person)),
    byteas(claims.map((one) => one.sealed)),
  ];
}

function eventColumns(rows: Row[]): Buffer[] {
  const events = rows.map((row) => row.event);
  return [
    uuids(events.map((one) => one.person)),
    texts(events.map((one) => one.purpose)),
    int4s(events.map((one) => one.version)),
    int4s(events.map((one) => one.seq)),
    uuids(events.map((one) => one.request)),
    int2s(events.map((one) => one.ordinal)),
    uuids(events.map((one) => one.event)),
    texts(events.map((one) => one.type)),
    times(rows.map((one) => one.recorded)),
    times(rows.map((one) => one.occurred)),
    byteas(rows.map((one) => one.bytes)),
  ];
}

function evidenceColumns(rows: Row[]): Buffer[] {
  const sealed = rows.filter((row) => row.sealed !== undefined);
  return [
    uuids(sealed.map((row) => row.event.person)),
    uuids(sealed.map((row) => row.event.event)),
    texts(sealed.map((row) => row.kinds ?? '')),
    byteas(sealed.map((row) => row.sealed ?? Buffer.alloc(0))),
  ];
}

/** The last state of every stream that got an event. */
function headsOf(rows: Row[], persons: Map<string, Working>): Head[] {
  const heads = new Map<string, Head>();
  for (const { event } of rows) {
    const stream = persons.get(event.person)?.streams.get(event.purpose);
    if (stream) heads.set(`${event.person}:${event.purpose}`, { person: event.person, purpose: event.purpose, stream });
  }
  return [...heads.values()].sort(byPersonAndPurpose);
}

function headColumns(heads: Head[]): Buffer[] {
  return [
    uuids(heads.map((one) => one.person)),
    texts(heads.map((one) => one.purpose)),
    int4s(heads.map((one) => one.stream.version)),
    texts(heads.map((one) => one.stream.status)),
    bools(heads.map((one) => one.stream.allowed)),
    timesOrNull(heads.map(({ stream }) => (stream.validUntil === undefined ? null : microsOf(stream.validUntil)))),
    texts(heads.map((one) => JSON.stringify(one.stream))),
  ];
}

function answerColumns(answers: AnswerRow[]): Buffer[] {
  const needed = answers.flatMap((one) => one.persons.map((person) => ({ request: one.request, person })));
  return [
    texts(answers.map((one) => one.scope)),
    texts(answers.map((one) => one.key)),
    byteas(answers.map((one) => one.bodyHash)),
    uuids(answers.map((one) => one.request)),
    texts(answers.map((one) => one.answer)),
    uuids(needed.map((one) => one.request)),
    uuids(needed.map((one) => one.person)),
  ];
}

/** The values of APPEND for a batch, in the order of its parameters. */
export function appendValues(ledger: number, batch: Batch): (number | Buffer)[] {
  const touched = [...batch.persons.values()].filter((one) => batch.touched.has(one.person)).sort(byPerson);
  const rows = [...batch.rows].sort(byPersonAndSeq);
  const claims = [...batch.claims].sort((one, other) => Buffer.compare(one.lookup, other.lookup));
  const columns = [personColumns(touched), keyColumns(touched), claimColumns(claims), eventColumns(rows), evidenceColumns(rows)];
  const phases = int4s(claims.map((one) => one.phase));
  return [ledger, ...columns.flat(), ...headColumns(headsOf(rows, batch.persons)), ...answerColumns(batch.answers), phases];
}

interface Result {
  person: string | null;
  /** A chain of keys that was rotated, and its newest key. */
  chain: string | null;
  key: string | null;
}

/**
 * Writes a batch in one transaction; gives the people whose compare-and-set held. Where keys were rotated since the batch
 * was made nothing is written: ClaimLost (look again, under the keys in use) or MasterRotated.
 */
export async function writeBatch(client: PoolClient, ledger: number, batch: Batch): Promise<Set<string>> {
  const values = appendValues(ledger, batch);
  const { rows } = await client.query<Result>({ name: 'append', text: APPEND, values });
  const master = rows.find((row) => row.chain === 'master');
  if (master) throw new MasterRotated(master.key ?? '');
  if (rows.some((row) => row.chain === 'lookup')) throw new ClaimLost('the look-up keys were rotated meanwhile');
  return new Set(rows.flatMap(({ person }) => person ?? []));
}

/** What a serialisable transaction would say: nothing was written, and the same may be tried again. */
const changedMeanwhile = (): Error => Object.assign(new Error('somebody of the batch changed meanwhile'), { code: '40001' });

/** The batch with what is done beside it, in one transaction. Throws, and writes nothing, where somebody of the batch changed meanwhile. */
export async function writeBeside(client: PoolClient, ledger: number, batch: Batch, beside: Beside[]): Promise<Set<string>> {
  await client.query('BEGIN');
  try {
    const won = await writeBatch(client, ledger, batch);
    if ([...batch.touched].some((person) => !won.has(person))) throw changedMeanwhile();
    for (const one of beside) await one(client);
    await client.query('COMMIT');
    return won;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
