import type { Pool } from 'pg';

/** What became of the canary's withdrawals at a system. */
export interface CanaryResult {
  /** It did not act on the last one by its deadline, as far as the ledger heard. */
  failing: boolean;
  /** Since when it fails, or does not. */
  since: string;
  /** When the last one was recorded that has been judged. */
  triedAt: string;
  /** How long it took, where it acted in time. */
  afterMs?: number;
  succeededAt?: string;
  failures: number;
}

/** One withdrawal of the canary, judged at one system; without `afterMs` it did not act by its deadline. */
export interface Judged {
  system: string;
  recordedAt: Date;
  afterMs?: number;
}

const NOTE = `
INSERT INTO canary_results AS r (ledger, system, failing, since, tried_at, after_ms, succeeded_at, failures)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (ledger, system) DO UPDATE SET failing = excluded.failing, since = CASE WHEN r.failing = excluded.failing THEN r.since ELSE excluded.since END,
  tried_at = excluded.tried_at, after_ms = coalesce(excluded.after_ms, r.after_ms), succeeded_at = coalesce(excluded.succeeded_at, r.succeeded_at), failures = r.failures + excluded.failures`;
const WAS = 'SELECT failing FROM canary_results WHERE ledger = $1 AND system = $2';

/** Notes a result; tells whether the system failed before. */
export async function noteCanary(pool: Pool, ledger: number, { system, recordedAt, afterMs }: Judged): Promise<{ failedBefore: boolean }> {
  const { rows } = await pool.query<{ failing: boolean }>(WAS, [ledger, system]);
  const failing = afterMs === undefined;
  await pool.query(NOTE, [ledger, system, failing, new Date(), recordedAt, afterMs ?? null, failing ? null : recordedAt, failing ? 1 : 0]);
  return { failedBefore: rows[0]?.failing ?? false };
}

const FORGET = 'DELETE FROM canary_results WHERE ledger = $1 AND system <> ALL ($2)';

/** What is not asked of a system any more is not told of it. */
export async function forgetCanary(pool: Pool, ledger: number, systems: readonly string[]): Promise<void> {
  await pool.query(FORGET, [ledger, systems]);
}

const READ = 'SELECT system, failing, since, tried_at, after_ms::float8 AS after_ms, succeeded_at, failures FROM canary_results WHERE ledger = $1';

interface Row {
  system: string;
  failing: boolean;
  since: Date;
  tried_at: Date;
  after_ms: number | null;
  succeeded_at: Date | null;
  failures: string;
}

/** The canary's last result at each system; empty where it was never on. */
export async function readCanary(pool: Pool, ledger: number): Promise<Map<string, CanaryResult>> {
  const { rows } = await pool.query<Row>(READ, [ledger]);
  return new Map(rows.map(({ system, failing, since, tried_at: triedAt, after_ms: afterMs, succeeded_at: succeededAt, failures }) => [
    system,
    { failing, since: since.toISOString(), triedAt: triedAt.toISOString(), ...(afterMs !== null && { afterMs }), ...(succeededAt && { succeededAt: succeededAt.toISOString() }), failures: Number(failures) },
  ]));
}

const CANARIES = 'SELECT person FROM canaries WHERE ledger = $1';

/** Everybody who was ever the canary: nobody, and left out wherever people are counted. */
export async function readCanaries(pool: Pool, ledger: number): Promise<Set<string>> {
  const { rows } = await pool.query<{ person: string }>(CANARIES, [ledger]);
  return new Set(rows.map(({ person }) => person));
}
