import type { Pool } from 'pg';
import type { Transaction } from '#consumer';
import { FROM, otherLanguage, otherTopic, PAUSED, TOO_SOON, type Kind } from './wishes.js';

/** Who may be written to now: `{alias}` is the row of consent_state, `own` the person's own row. */
const ALLOWED = `
  s.purpose = 'newsletter' AND s.allowed AND s.version >= s.parked_version
  AND (s.valid_until IS NULL OR s.valid_until > $1)
  AND (s.channels IS NULL OR 'email' = ANY (s.channels))
  AND NOT COALESCE(p.erased, false) AND COALESCE(p.version >= p.parked_version, true)`;

export interface ListCounts {
  /** May be written to now. */
  count: number;
  /** Of these, asked for a pause. */
  paused: number;
  /** Of the others, wish for fewer issues, and had one not long ago. */
  tooSoon: number;
}

export interface Subscriber {
  person: string;
  /** When the decision in force was taken; RFC 3339. */
  since: string | null;
  paused: boolean;
}

/** How many the list holds at `now`. */
export async function countList(pool: Pool, now: Date): Promise<ListCounts> {
  const sql = `SELECT count(*)::int AS count, (count(*) FILTER (WHERE ${PAUSED}))::int AS paused, (count(*) FILTER (WHERE NOT ${PAUSED} AND ${TOO_SOON}))::int AS "tooSoon" ${FROM} WHERE ${ALLOWED}`;
  const { rows } = await pool.query<ListCounts>(sql, [now]);
  return rows[0] ?? { count: 0, paused: 0, tooSoon: 0 };
}

/** One page of the list, in order of person. */
export async function readList(pool: Pool, now: Date, after: string, limit: number): Promise<Subscriber[]> {
  const sql = `
    SELECT s.person, s.since, ${PAUSED} AS paused ${FROM}
    WHERE ${ALLOWED} AND s.person > $2 ORDER BY s.person LIMIT $3`;
  const { rows } = await pool.query<{ person: string; since: Date | null; paused: boolean }>(sql, [now, after, limit]);
  return rows.map(({ person, since, paused }) => ({ person, since: since?.toISOString() ?? null, paused }));
}

/** Puts everybody who may be written to, and has no wish that speaks against it, on an issue's way. Returns how many. */
export async function queueList(transaction: Transaction, { id, topic, language }: Kind & { id: string }, now: Date): Promise<number> {
  const sql = `
    INSERT INTO newsletter.recipients (issue, person, mail, state, next_try, changed_at)
    SELECT $2, s.person, gen_random_uuid(), 'queued', $1, $1 ${FROM}
    WHERE ${ALLOWED} AND NOT ${PAUSED} AND NOT ${otherTopic('$3')} AND NOT ${otherLanguage('$4')} AND NOT ${TOO_SOON}
    ON CONFLICT (issue, person) DO NOTHING`;
  const { rowCount } = await transaction.query(sql, [now, id, topic, language]);
  return rowCount ?? 0;
}
