import type { Pool } from 'pg';
import { CLOCK_AHEAD, COARSE_SECONDS, FINE_SECONDS, quantile } from './delay-buckets.js';
import { readCanary, type CanaryResult } from './canary-results.js';
import { sinceOf } from './since.js';
import { TAKES_AWAY, takesAway } from './takes-away.js';

const HOUR_MS = 3_600_000;
/** The longest that can be looked back. */
export const LONGEST_MS = 24 * HOUR_MS;

/** What a step of time, or a whole window, says of a system. */
export interface Delays {
  /** Withdrawals that it acted on. */
  acted: number;
  p50Ms?: number;
  p95Ms?: number;
  p99Ms?: number;
  slowestMs?: number;
}

export interface DelayStep extends Delays {
  at: string;
  /** The slowest answer to the canary. */
  canaryMs?: number;
}

export interface SystemDelays extends Delays {
  system: string;
  /** Absent where it is not registered: then nothing is demanded of it. */
  deadlineMs?: number;
  purposes?: string[];
  /** Withdrawals whose deadline fell into the window and was not kept; of these it has acted on some by now. */
  late: number;
  /** Withdrawals on which it has not acted yet, late or not. */
  waiting: number;
  /** More was recorded behind its last deadline than was looked at: there may be more of them. */
  waitingAtLeast?: true;
  /** Of those it acted on: it stated a time before the ledger's. Its clock runs ahead. */
  clockAhead: number;
  lastActedAt?: string;
  canary?: CanaryResult;
  /** Only steps in which something was acted on, oldest first. */
  steps: DelayStep[];
}

export interface DelayReport {
  since: string;
  until: string;
  stepSeconds: number;
  systems: SystemDelays[];
}

/** Steps as long as a window can bear: 60 to 97 of them. */
const LENGTHS: readonly [number, number, number][] = [[HOUR_MS / 4, 10, FINE_SECONDS], [HOUR_MS, 60, FINE_SECONDS], [6 * HOUR_MS, 300, COARSE_SECONDS], [LONGEST_MS, 900, COARSE_SECONDS]];

export const READ_DELAYS = `
SELECT system, canary, bucket, date_bin($5 * interval '1 second', at, timestamptz 'epoch') AS at, sum(count)::int AS count, max(slowest_ms)::float8 AS slowest, max(last_at) AS last
FROM delays WHERE ledger = $1 AND step = $2 AND at >= $3 AND at <= $4 GROUP BY 1, 2, 3, 4`;
/** Whose word was heard late is not late. */
export const COUNT_LATE = `
SELECT system, count(*)::int AS count FROM overdue o WHERE ledger = $1 AND due_at >= $2 AND due_at <= $3 AND (acted_at IS NULL OR acted_at > due_at)
  AND NOT EXISTS (SELECT FROM canaries c WHERE c.ledger = $1 AND c.person = o.person) GROUP BY system`;
const OPEN = `
SELECT system, count(*)::int AS count FROM overdue o WHERE ledger = $1 AND acted_at IS NULL
  AND NOT EXISTS (SELECT FROM canaries c WHERE c.ledger = $1 AND c.person = o.person) GROUP BY system`;
/** Events behind the last deadline of a system, the oldest first, among which is looked for what it has not acted on. */
const MOST_RUNNING = 500;
/** What a system has not acted on and has time left for, and whether there are more events than were looked at. */
export const COUNT_RUNNING = `
SELECT s.id AS system, s.deadline_ms::float8 AS deadline_ms, s.purposes, r.count,
  (SELECT true FROM leaves WHERE ledger = $1 AND idx >= s.checked + ${MOST_RUNNING} ORDER BY idx LIMIT 1) AS more
FROM systems s CROSS JOIN LATERAL (
  SELECT count(*)::int AS count
  FROM (SELECT person, seq FROM leaves WHERE ledger = $1 AND idx >= s.checked ORDER BY idx LIMIT ${MOST_RUNNING}) l
  CROSS JOIN LATERAL (SELECT event, purpose, version, ${takesAway('$2')} AS takes_away, recorded_at FROM events WHERE ledger = $1 AND person = l.person AND seq >= l.seq ORDER BY seq LIMIT 1) e
  LEFT JOIN LATERAL (SELECT true AS acted FROM acknowledgements WHERE ledger = $1 AND person = l.person AND purpose = e.purpose AND version >= e.version AND system = s.id AND outcome IN ('applied', 'repeat') LIMIT 1) a ON true
  LEFT JOIN LATERAL (SELECT true AS nobody FROM canaries WHERE ledger = $1 AND person = l.person LIMIT 1) c ON true
  WHERE a.acted IS NULL AND c.nobody IS NULL AND e.takes_away AND (s.purposes IS NULL OR e.purpose = ANY (s.purposes) OR e.purpose = '~person')
    AND e.recorded_at >= ${sinceOf('s', 'e.purpose')}) r
WHERE s.ledger = $1 ORDER BY s.id`;

interface Row {
  system: string;
  canary: boolean;
  bucket: number;
  at: Date;
  count: number;
  slowest: number;
  last: Date;
}

interface Registered {
  system: string;
  deadline_ms: number;
  purposes: string[] | null;
  count: number;
  more: true | null;
}

function delaysOf(rows: Row[]): Delays {
  const counts = new Map<number, number>();
  for (const { bucket, count } of rows) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  const acted = rows.reduce((sum, { count }) => sum + count, 0);
  if (acted === 0) return { acted };
  const slowestMs = Math.max(...rows.map(({ slowest }) => slowest));
  const of = (share: number): number | undefined => quantile(counts, share, slowestMs);
  return { acted, p50Ms: of(0.5), p95Ms: of(0.95), p99Ms: of(0.99), slowestMs };
}

function stepsOf(rows: Row[]): DelayStep[] {
  const byTime = new Map<number, Row[]>();
  for (const row of rows) byTime.set(row.at.getTime(), [...(byTime.get(row.at.getTime()) ?? []), row]);
  return [...byTime].sort(([one], [other]) => one - other).map(([at, own]) => {
    const canary = own.filter((row) => row.canary);
    return { at: new Date(at).toISOString(), ...delaysOf(own.filter((row) => !row.canary)), ...(canary.length > 0 && { canaryMs: Math.max(...canary.map(({ slowest }) => slowest)) }) };
  });
}

interface Counted {
  late: number;
  open: number;
  registered?: Registered;
  canary?: CanaryResult;
}

function reportOf(system: string, rows: Row[], { late, open, registered, canary }: Counted): SystemDelays {
  const people = rows.filter((row) => !row.canary);
  const lastActedAt = people.reduce((last, row) => Math.max(last, row.last.getTime()), 0);
  return {
    system,
    ...(registered && { deadlineMs: registered.deadline_ms, ...(registered.purposes && { purposes: registered.purposes }) }),
    ...delaysOf(people),
    late,
    waiting: open + (registered?.count ?? 0),
    ...(registered?.more && { waitingAtLeast: true }),
    clockAhead: people.filter(({ bucket }) => bucket === CLOCK_AHEAD).reduce((sum, { count }) => sum + count, 0),
    ...(lastActedAt > 0 && { lastActedAt: new Date(lastActedAt).toISOString() }),
    ...(canary && { canary }),
    steps: stepsOf(rows),
  };
}

const byName = (rows: { system: string; count: number }[]): Map<string, number> => new Map(rows.map(({ system, count }) => [system, count]));

/** How a window is cut: kept steps of one length, put together to longer ones. */
export function cutOf(spanMs: number): { stepSeconds: number; kept: number } {
  const [, stepSeconds, kept] = LENGTHS.find(([longest]) => spanMs <= longest) ?? [0, 900, COARSE_SECONDS];
  return { stepSeconds, kept };
}

/**
 * How long each system took to act on what takes something away, over a window of a day at most, in steps; names nobody. Delays
 * run from the ledger's `recordedAt` to the time that the system stated by its own clock, and are told to within three percent,
 * the slowest to the millisecond. A withdrawal counts where it was recorded. The canary's are told apart.
 */
export async function readDelays(pool: Pool, ledger: number, { since, until }: { since: Date; until: Date }): Promise<DelayReport> {
  const { stepSeconds, kept } = cutOf(until.getTime() - since.getTime());
  const from = new Date(Math.floor(since.getTime() / (stepSeconds * 1_000)) * stepSeconds * 1_000);
  const [delays, late, open, running, canary] = await Promise.all([
    pool.query<Row>({ name: 'read-delays', text: READ_DELAYS, values: [ledger, kept, from, until, stepSeconds] }),
    pool.query<{ system: string; count: number }>(COUNT_LATE, [ledger, from, until]),
    pool.query<{ system: string; count: number }>(OPEN, [ledger]),
    pool.query<Registered>({ name: 'count-running', text: COUNT_RUNNING, values: [ledger, TAKES_AWAY] }),
    readCanary(pool, ledger),
  ]);
  const [lates, opens] = [byName(late.rows), byName(open.rows)];
  const ids = [...new Set([...running.rows.map(({ system }) => system), ...delays.rows.map(({ system }) => system)])];
  const systems = ids.map((id) =>
    reportOf(id, delays.rows.filter(({ system }) => system === id), {
      late: lates.get(id) ?? 0,
      open: opens.get(id) ?? 0,
      registered: running.rows.find(({ system }) => system === id),
      canary: canary.get(id),
    }));
  return { since: from.toISOString(), until: until.toISOString(), stepSeconds, systems };
}

const FORGET = 'DELETE FROM delays WHERE ledger = $1 AND ((step = $2 AND at < $3) OR (step = $4 AND at < $5))';

/** Removes what no window reaches any more. */
export async function forgetDelays(pool: Pool, ledger: number, now: Date): Promise<void> {
  const before = (ms: number): Date => new Date(now.getTime() - ms);
  await pool.query(FORGET, [ledger, FINE_SECONDS, before(2 * HOUR_MS), COARSE_SECONDS, before(2 * LONGEST_MS)]);
}
