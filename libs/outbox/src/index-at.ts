import type { Pool } from 'pg';

const RECORDED = `
SELECT extract(epoch FROM e.recorded_at) * 1000 AS at FROM leaves l JOIN events e ON e.ledger = l.ledger AND e.person = l.person AND e.seq = l.seq
WHERE l.ledger = $1 AND l.idx = $2`;
/** How much later than another that was recorded after it an event may have got its index: a commit takes 20 s at most. */
export const LATE_MS = 120_000;

/**
 * An index of the log before which nothing was recorded at `time` or later; by halving, since indices follow the time but for
 * `LATE_MS`. `size` is the log's.
 */
export async function indexAt(pool: Pool, ledger: number, time: Date, size: number): Promise<number> {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { rows } = await pool.query<{ at: string }>(RECORDED, [ledger, middle]);
    if (Number(rows[0]?.at) < time.getTime() - LATE_MS) low = middle + 1;
    else high = middle;
  }
  return low;
}
