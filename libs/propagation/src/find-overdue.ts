import type { Pool } from 'pg';
import { closeFound, type Closed } from './close-overdue.js';
import { sinceOf } from './since.js';
import { TAKES_AWAY, takesAway } from './takes-away.js';

const STRETCH = 5_000;

const SYSTEMS = 'SELECT id, deadline_ms::float8 AS deadline_ms, checked FROM systems WHERE ledger = $1 ORDER BY id';

/**
 * One stretch of the log for one system: events up to the first whose deadline has not passed. What concerns the whole person
 * concerns every system. What was recorded after $8, of what has been in the log for as long as the deadline, was recorded by a clock that ran ahead: it
 * keeps nothing behind it from being looked at, and is late itself. Whoever acknowledged a later version of the stream has acted on this one; "parked" and "not-mine" are no acts; one
 * after the deadline is a breach that has ended.
 */
export const FIND_OVERDUE = `
WITH stretch AS MATERIALIZED (
  SELECT l.idx, e.person, e.event, e.purpose, e.version, e.takes_away, e.recorded_at
  FROM (SELECT idx, person, seq FROM leaves WHERE ledger = $1 AND idx >= $3 ORDER BY idx LIMIT $7) l
  CROSS JOIN LATERAL (SELECT person, event, purpose, version, ${takesAway('$4')} AS takes_away, recorded_at FROM events
    WHERE ledger = $1 AND person = l.person AND seq >= l.seq ORDER BY seq LIMIT 1) e),
ripe AS MATERIALIZED (
  SELECT * FROM stretch s WHERE s.idx < coalesce((SELECT min(idx) FROM stretch WHERE recorded_at > $5 AND recorded_at <= $8), 9223372036854775807)),
found AS (
  INSERT INTO overdue (ledger, person, event, system, purpose, version, due_at, acted_at)
  SELECT $1, r.person, r.event, $2, r.purpose, r.version, least(r.recorded_at, $5) + $6 * interval '1 millisecond', a.applied_at
  FROM ripe r
  LEFT JOIN LATERAL (SELECT min(applied_at) AS applied_at FROM acknowledgements
    WHERE ledger = $1 AND person = r.person AND purpose = r.purpose AND version >= r.version AND system = $2 AND outcome IN ('applied', 'repeat')) a ON true
  WHERE r.takes_away AND r.recorded_at >= (SELECT ${sinceOf('s', 'r.purpose')} FROM systems s
      WHERE s.ledger = $1 AND s.id = $2 AND (s.purposes IS NULL OR r.purpose = ANY (s.purposes) OR r.purpose = '~person'))
    AND (a.applied_at IS NULL OR a.applied_at > least(r.recorded_at, $5) + $6 * interval '1 millisecond')
  ON CONFLICT DO NOTHING RETURNING person, event, purpose, acted_at IS NOT NULL AS acted),
moved AS (
  UPDATE systems SET checked = (SELECT max(idx) + 1 FROM ripe) WHERE ledger = $1 AND id = $2 AND EXISTS (SELECT FROM ripe) RETURNING checked)
SELECT (SELECT count(*)::int FROM ripe) AS looked, (SELECT checked FROM moved) AS checked,
  (SELECT json_agg(json_build_object('person', person, 'event', event, 'purpose', purpose, 'acted', acted)) FROM found) AS found`;

export interface Overdue {
  system: string;
  event: string;
  purpose: string;
  /** It did, after the deadline. */
  acted: boolean;
}

interface SystemRow {
  id: string;
  deadline_ms: number;
  checked: string;
}

type Found = Omit<Overdue, 'system'> & { person: string };

interface FoundRow {
  looked: number;
  checked: string | null;
  found: Found[] | null;
}

export interface FindOverdue {
  /** The time up to which every acknowledgement has been heard: nobody is called late for what was not read yet. */
  now: Date;
  /** An acknowledgement needs its way too. */
  graceMs: number;
  /** A size that the log had at `time` or a little later, where it is known: what got its index after that is looked at next time. */
  sizeAt?: (time: Date) => number | undefined;
}

/**
 * What an acknowledgement, or another registration, closed that crossed the look is told as it turned out: late, or no breach at all. Where that cannot
 * be looked at, what was found is told as it was found; the tidying ends it.
 */
async function asItTurnedOut(pool: Pool, ledger: number, system: string, found: readonly Found[]): Promise<Overdue[]> {
  const closed: Closed[] = await closeFound(pool, ledger, system, found.filter(({ acted }) => !acted)).catch(() => []);
  const late = new Map(closed.map((one) => [one.event, one.late]));
  return found.filter(({ event }) => late.get(event) !== false).map(({ event, purpose, acted }) => ({ system, event, purpose, acted: acted || late.has(event) }));
}

/** Clocks differ by as much without one being called wrong. */
const CLOCKS_MS = 5_000;

/** What one system owes, in stretches, up to the first event whose deadline has not passed. */
async function ofSystem(pool: Pool, ledger: number, { id, deadline_ms: deadlineMs, checked }: SystemRow, { ripeBefore, end }: { ripeBefore: Date; end: number }): Promise<Overdue[]> {
  const ahead = end === Infinity ? 'infinity' : new Date(Date.now() + CLOCKS_MS);
  const all: Overdue[] = [];
  for (let next = checked, full = true; full && Number(next) < end; ) {
    const limit = Math.min(STRETCH, end - Number(next));
    const values = [ledger, id, next, TAKES_AWAY, ripeBefore, deadlineMs, limit, ahead];
    const { rows: [row] } = await pool.query<FoundRow>({ name: 'find-overdue', text: FIND_OVERDUE, values });
    all.push(...(await asItTurnedOut(pool, ledger, id, row?.found ?? [])));
    // Where nothing moved the system was removed meanwhile.
    full = row?.looked === limit && row.checked !== null;
    next = row?.checked ?? next;
  }
  return all;
}

/** Finds withdrawals on which a system did not act by its deadline, and keeps them as such; each is told once. */
export async function findOverdue(pool: Pool, ledger: number, { now, graceMs, sizeAt = () => undefined }: FindOverdue): Promise<Overdue[]> {
  const { rows } = await pool.query<SystemRow>(SYSTEMS, [ledger]);
  const all: Overdue[] = [];
  for (const system of rows) {
    const ripeBefore = new Date(now.getTime() - system.deadline_ms - graceMs);
    all.push(...(await ofSystem(pool, ledger, system, { ripeBefore, end: sizeAt(ripeBefore) ?? Infinity })));
  }
  return all;
}

const COUNT = `
SELECT system, count(*)::int AS count FROM overdue o WHERE ledger = $1 AND acted_at IS NULL
  AND NOT EXISTS (SELECT FROM canaries c WHERE c.ledger = $1 AND c.person = o.person) GROUP BY system`;

/** How many withdrawals of people each system has not acted on after its deadline. */
export async function countOverdue(pool: Pool, ledger: number): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ system: string; count: number }>(COUNT, [ledger]);
  return new Map(rows.map(({ system, count }) => [system, count]));
}
