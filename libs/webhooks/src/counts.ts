import type { Pool } from 'pg';

/** How a try ended: `delivered` a 2xx, `refused` another status, `gone` a 410, `unreachable` no status at all. */
export type DeliveryOutcome = 'delivered' | 'refused' | 'gone' | 'unreachable';

/** Seconds; the last bucket of a histogram has no bound. */
export const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export interface Counted {
  system: string;
  outcome: string;
  deliveries: number;
  /** The sum of all durations. */
  seconds: number;
  /** How many took no longer than each of `BUCKETS`. */
  buckets: number[];
}

const ADD = `
INSERT INTO webhook_counts AS c (ledger, system, outcome, deliveries, seconds, buckets) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (ledger, system, outcome) DO UPDATE SET deliveries = c.deliveries + excluded.deliveries, seconds = c.seconds + excluded.seconds,
  buckets = ARRAY(SELECT a + b FROM unnest(c.buckets, excluded.buckets) WITH ORDINALITY AS x(a, b, at) ORDER BY at)`;
const READ = 'SELECT system, outcome, deliveries, seconds, buckets FROM webhook_counts WHERE ledger = $1 ORDER BY system, outcome';

/** Adds tries of one system with the seconds that each took. */
export async function addCounts(pool: Pool, ledger: number, system: string, tries: readonly { outcome: DeliveryOutcome; seconds: number }[]): Promise<void> {
  for (const outcome of new Set(tries.map((one) => one.outcome))) {
    const took = tries.filter((one) => one.outcome === outcome).map(({ seconds }) => seconds);
    const buckets = BUCKETS.map((bound) => took.filter((seconds) => seconds <= bound).length);
    await pool.query(ADD, [ledger, system, outcome, took.length, took.reduce((sum, seconds) => sum + seconds, 0), buckets]);
  }
}

/** All tries so far, by system and outcome. */
export async function readCounts(pool: Pool, ledger: number): Promise<Counted[]> {
  const { rows } = await pool.query<{ system: string; outcome: string; deliveries: string; seconds: number; buckets: string[] }>(READ, [ledger]);
  return rows.map(({ deliveries, buckets, ...row }) => ({ ...row, deliveries: Number(deliveries), buckets: buckets.map(Number) }));
}
