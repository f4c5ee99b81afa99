import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

export interface Standing {
  phase: number;
  /** Name or fingerprint of the newest key in use; null before the first rotation. */
  key: string | null;
}

/** The chain cannot be moved as asked; the message says what to do. */
export class RotationRefused extends Error {}

const READ = 'SELECT phase, key FROM key_chains WHERE ledger = $1 AND chain = $2';
const BEGIN = `
INSERT INTO key_chains (ledger, chain, phase, key) VALUES ($1, $2, $3, $4)
ON CONFLICT (ledger, chain) DO UPDATE SET phase = excluded.phase, key = excluded.key WHERE key_chains.phase = excluded.phase - 1
RETURNING phase`;
const AT_REST = 2;

/** Where a chain stands; a chain that was never rotated is at rest with one key. */
export async function standingOf(pool: Pool, ledger: number, chain: string): Promise<Standing> {
  const { rows } = await pool.query<Standing>(READ, [ledger, chain]);
  return rows[0] ?? { phase: AT_REST, key: null };
}

/** Patience for the lock: short first, since whoever changes waits behind it; longer than the pause after which a vacuum gives way at last. */
const PATIENCE_MS = [...Array<number>(10).fill(300), ...Array<number>(5).fill(2_000)];
const LOCK_NOT_AVAILABLE = '55P03';

async function inTransaction(pool: Pool, work: (client: PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await work(client);
    await client.query('COMMIT');
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}

interface Move extends Standing {
  ledger: number;
  chain: string;
  /** The table whose rows carry what the chain's keys made. */
  table: string;
  key: string;
}

/**
 * Begins a rotation: moves the chain into an odd phase while nobody writes the table. Statements that wrote under the
 * former keys have ended before, and their rows are visible to all that follow; statements that come later see the new
 * phase. Writers wait for as long as the longest statement under way, and never longer than two seconds.
 */
export async function begin(pool: Pool, { ledger, chain, table, phase, key }: Move): Promise<void> {
  for (const [attempt, patience] of PATIENCE_MS.entries()) {
    try {
      await inTransaction(pool, async (client) => {
        await client.query(`SET LOCAL lock_timeout = ${patience}`);
        await client.query(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`);
        const { rowCount } = await client.query(BEGIN, [ledger, chain, phase, key]);
        if (!rowCount) throw new RotationRefused(`another rotation of the ${chain} key began meanwhile; run this again`);
      });
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE || attempt === PATIENCE_MS.length - 1) throw error;
      await pause(patience / 3);
    }
  }
}

/** Ends a rotation; false where rows of the former keys are left (`left`: a condition over the table), and then nothing changes. */
export async function end(pool: Pool, { ledger, chain, table, phase }: Omit<Move, 'key'>, left: { where: string; value: unknown }): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE key_chains SET phase = $3::int + 1 WHERE ledger = $1 AND chain = $2 AND phase = $3
     AND NOT EXISTS (SELECT FROM ${table} WHERE ledger = $1 AND ${left.where})`,
    [ledger, chain, phase, left.value],
  );
  return rowCount === 1;
}
