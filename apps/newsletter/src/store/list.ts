import type { Pool } from 'pg';
import type { Transaction } from '#consumer';

/** Who may be written to now: `{alias}` is the row of consent_state, `own` the person's own row. */
const ALLOWED = `
  s.purpose = 'newsletter' AND s.allowed AND s.version >= s.parked_version
  AND (s.valid_until IS NULL OR s.valid_until > $1)
  AND (s.channels IS NULL OR 'email' = ANY (s.channels))
  AND NOT COALESCE(p.erased, false) AND COALESCE(p.version >= p.parked_version, true)`;

/** A pause is the person's wish for quiet; the consent stands. */
const PAUSED = `(COALESCE((s.preferences ->> 'pausedUntil')::timestamptz > $1, false) OR COALESCE(p.paused_until > $1, false))`;

const FROM = 'FROM samtycke_consumer.consent_state s LEFT JOIN samtycke_consumer.persons p ON p.person = s.person';

export interface ListCounts {
  /** May be written to now. */
  count: number;
  /** Of these, asked for a pause. */
  paused: number;
}

export interface Subscriber {
  person: string;
  /** When the decision in force was taken; RFC 3339. */
  since: string | null;
  paused: boolean;
}

/** How many the list holds at `now`. */
export async function countList(pool: Pool, now: Date): Promise<ListCounts> {
  const sql = `SELECT count(*)::int AS count, (count(*) FILTER (WHERE ${PAUSED}))::int AS paused ${FROM} WHERE ${ALLOWED}`;
  const { rows } = await pool.query<ListCounts>(sql, [now]);
  return rows[0] ?? { count: 0, paused: 0 };
}

/** One page of the list, in order of person. */
export async function readList(pool: Pool, now: Date, after: string, limit: number): Promise<Subscriber[]> {
  const sql = `
    SELECT s.person, s.since, ${PAUSED} AS paused ${FROM}
    WHERE ${ALLOWED} AND s.person > $2 ORDER BY s.person LIMIT $3`;
  const { rows } = await pool.query<{ person: string; since: Date | null; paused: boolean }>(sql, [now, after, limit]);
  return rows.map(({ person, since, paused }) => ({ person, since: since?.toISOString() ?? null, paused }));
}

/** Puts everybody who may be written to, and has not asked for a pause, on an issue's way. Returns how many. */
export async function queueList(transaction: Transaction, issue: string, now: Date): Promise<number> {
  const sql = `
    INSERT INTO newsletter.recipients (issue, person, mail, state, next_try, changed_at)
    SELECT $2, s.person, gen_random_uuid(), 'queued', $1, $1 ${FROM} WHERE ${ALLOWED} AND NOT ${PAUSED}
    ON CONFLICT (issue, person) DO NOTHING`;
  const { rowCount } = await transaction.query(sql, [now, issue]);
  return rowCount ?? 0;
}

/** Whether a person has asked for a pause that lasts at `now`. */
export async function isPaused(pool: Pool, person: string, now: Date): Promise<boolean> {
  const sql = `SELECT ${PAUSED} AS paused ${FROM} WHERE s.purpose = 'newsletter' AND s.person = $2`;
  const { rows } = await pool.query<{ paused: boolean }>(sql, [now, person]);
  return rows[0]?.paused ?? false;
}
