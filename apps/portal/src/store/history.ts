import type { Pool } from 'pg';
import type { ConsumedEvent, ConsumedState, Transaction } from '#consumer';
import { WHOLE_PERSON } from '#contracts';
import type { Act } from '../ledger/ledger-types.js';
import { readActs } from './acts.js';
import { OWN } from './own.js';

/** One thing that happened to a person's choices, as the portal received it. */
export interface PastEvent {
  /** Absent on what was received before events' ids were kept. */
  event?: string;
  purpose: string;
  type: string;
  reason?: string;
  status?: string;
  allowed?: boolean;
  occurredAt: Date;
  recordedAt: Date;
  /** Until when this event paused it, or that it ended the pause; absent where it did neither. */
  pause?: { until: Date } | 'ended';
  /** Which systems have acted on it, as far as somebody waited for it. */
  acts: Act[];
}

interface Row {
  event: string | null;
  purpose: string;
  type: string;
  reason: string | null;
  status: string | null;
  allowed: boolean | null;
  occurred_at: Date;
  recorded_at: Date;
  paused_until: Date | null;
  paused_before: Date | null;
}

const INSERT = `
  INSERT INTO portal.decisions (person, seq, purpose, type, reason, status, allowed, occurred_at, recorded_at, event, paused_until)
  SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::timestamptz[], $9::timestamptz[], $10::uuid[], $11::timestamptz[])
  ON CONFLICT (person, seq) DO UPDATE SET purpose = excluded.purpose, type = excluded.type, reason = excluded.reason, status = excluded.status, allowed = excluded.allowed,
    occurred_at = excluded.occurred_at, recorded_at = excluded.recorded_at, event = excluded.event, paused_until = excluded.paused_until
  WHERE excluded.recorded_at > decisions.recorded_at`;

/** Each place in a person's history once: where the ledger gave it anew, after it had lost what it had sent, what was recorded later stands there. */
function lastOfEach(events: readonly ConsumedEvent[]): ConsumedEvent[] {
  const places = new Map<string, ConsumedEvent>();
  for (const event of events) {
    const place = `${event.data.person} ${event.data.seq}`;
    if (event.data.recordedAt >= (places.get(place)?.data.recordedAt ?? '')) places.set(place, event);
  }
  return [...places.values()];
}

async function insert(all: readonly ConsumedEvent[], transaction: Transaction): Promise<void> {
  const events = lastOfEach(all);
  const data = events.map((event) => event.data);
  const values = [
    data.map(({ person }) => person),
    data.map(({ seq }) => seq),
    data.map(({ purpose }) => purpose),
    events.map(({ type }) => type),
    data.map(({ reason }) => reason ?? null),
    data.map(({ status }) => status ?? null),
    data.map(({ allowed }) => allowed ?? null),
    data.map(({ occurredAt }) => occurredAt),
    data.map(({ recordedAt }) => recordedAt),
    events.map(({ id }) => id),
    data.map(({ preferences }) => preferences?.pausedUntil ?? null),
  ];
  await transaction.query({ name: 'keep-history', text: INSERT, values });
}

const ASKS_OF = `DELETE FROM portal.mail_asks WHERE email IN (SELECT value FROM portal.sessions WHERE kind = 'email' AND ${OWN} UNION SELECT email FROM portal.corrections WHERE ${OWN})`;

/** Nothing is left of an erased person: no history, no merge, no session with what he signed in by, and no link that was asked for by it. */
async function forget(person: string, transaction: Transaction): Promise<void> {
  await transaction.query(ASKS_OF, [person]);
  await transaction.query(`DELETE FROM portal.sessions WHERE ${OWN}`, [person]);
  await transaction.query(`DELETE FROM portal.decisions WHERE ${OWN}`, [person]);
  await transaction.query(`DELETE FROM portal.acts WHERE ${OWN}`, [person]);
  await transaction.query(`DELETE FROM portal.corrections WHERE ${OWN}`, [person]);
  await transaction.query(`DELETE FROM portal.merged WHERE ${OWN}`, [person]);
}

/** Whoever signed in by an address may be somebody else from here on: of the split of two people each half tells it. */
const moves = ({ type, data }: ConsumedEvent): boolean => type === 'person-split' || (type === 'identifiers-changed' && ((data.fact as { removed?: unknown[] } | undefined)?.removed ?? []).length > 0);

/** What a fact about the whole person means for what is kept: an erasure deletes it, a merge shows it elsewhere. */
async function follow(event: ConsumedEvent, transaction: Transaction): Promise<void> {
  const { data } = event;
  if (data.purpose !== WHOLE_PERSON) return;
  await followPerson(data, transaction);
  if (moves(event)) await transaction.query('UPDATE portal.sessions SET stands = false WHERE person = $1', [data.person]);
}

const PARTED = 'DELETE FROM portal.merged WHERE person = ANY ($1::uuid[])';

async function followPerson({ person, erased, mergedInto }: ConsumedState, transaction: Transaction): Promise<void> {
  if (erased) return forget(person, transaction);
  if (!mergedInto) return void (await transaction.query(PARTED, [[person]]));
  await transaction.query('INSERT INTO portal.merged (person, into_person) VALUES ($1, $2) ON CONFLICT (person) DO UPDATE SET into_person = excluded.into_person', [person, mergedInto]);
}

const UNSURE = 'UPDATE portal.sessions SET stands = false WHERE person = ANY ($1::uuid[])';

/**
 * The same of people whose state was learnt without its events. What happened to them before stays unknown here: among it may be a split,
 * which the state tells, or an address that was taken away, which it does not.
 */
export async function keepLearnt(states: readonly ConsumedState[], transaction: Transaction): Promise<void> {
  const whole = states.filter(({ kind, purpose }) => kind === 'person' && purpose === WHOLE_PERSON);
  const people = [...new Map(whole.map((state) => [state.person, state])).values()];
  const idsOf = (some: readonly ConsumedState[]): string[] => some.map(({ person }) => person);
  const isItself = ({ erased, mergedInto }: ConsumedState): boolean => !erased && !mergedInto;
  await transaction.query(PARTED, [idsOf(people.filter(isItself))]);
  for (const state of people) if (!isItself(state)) await followPerson(state, transaction);
  await transaction.query(UNSURE, [idsOf(people)]);
}

/** Keeps people's own events, in the consumer's transaction. Devices and the ledger itself are no business of the portal. */
export async function keepHistory(events: readonly ConsumedEvent[], transaction: Transaction): Promise<void> {
  const ofPeople = events.filter(({ data }) => data.kind === 'person');
  if (ofPeople.length === 0) return;
  await insert(ofPeople, transaction);
  for (const event of ofPeople) await follow(event, transaction);
}

const SELECT = `
  SELECT event, purpose, type, reason, status, allowed, occurred_at, recorded_at, paused_until,
    lag(paused_until) OVER (PARTITION BY person, purpose ORDER BY seq) AS paused_before
  FROM portal.decisions WHERE ${OWN}
  ORDER BY recorded_at DESC, seq DESC, person LIMIT $2 OFFSET $3`;

function pauseOf({ type, paused_until: until, paused_before: before }: Row): PastEvent['pause'] {
  if (type !== 'preferences-changed' || until?.getTime() === before?.getTime()) return undefined;
  return until ? { until } : 'ended';
}

/** The events of a person, newest first, without the first `skip`. */
export async function readHistory(pool: Pool, person: string, limit: number, skip = 0): Promise<PastEvent[]> {
  const { rows } = await pool.query<Row>(SELECT, [person, limit, skip]);
  const acts = await readActs(pool, person);
  return rows.map((row) => ({
    acts: acts.get(row.event ?? '') ?? [],
    event: row.event ?? undefined,
    purpose: row.purpose,
    type: row.type,
    reason: row.reason ?? undefined,
    status: row.status ?? undefined,
    allowed: row.allowed ?? undefined,
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at,
    pause: pauseOf(row),
  }));
}

/** Whose event it is, if it is this person's own or that of somebody merged into him. */
export async function holderOf(pool: Pool, person: string, event: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ person: string }>(`SELECT person FROM portal.decisions WHERE ${OWN} AND event = $2`, [person, event]);
  return rows[0]?.person;
}
