import type { Pool } from 'pg';
import type { StoredLeaf } from './log.js';

/** An entry of the log: its leaf hash, the exact bytes, and when the ledger took it. */
export interface Entry {
  hash: Buffer;
  bytes: Buffer;
  /** Whole POSIX seconds, as a cosignature counts them. */
  recordedAt: number;
}

/** A leaf as an entry of the log. */
export const entryOf = ({ hash, bytes, recordedAt }: StoredLeaf): Entry => ({ hash: Buffer.from(hash, 'hex'), bytes, recordedAt: Math.floor(Date.parse(recordedAt) / 1_000) });

export const READ_ENTRIES = `
SELECT l.hash, e.bytes, floor(extract(epoch FROM e.recorded_at))::bigint AS recorded
FROM (SELECT idx, person, seq, hash FROM leaves WHERE ledger = $1 AND idx >= $2 ORDER BY idx LIMIT $3) l
CROSS JOIN LATERAL (SELECT bytes, recorded_at FROM events WHERE ledger = $1 AND person = l.person AND seq >= l.seq ORDER BY seq LIMIT 1) e
ORDER BY l.idx`;

/** The entries from index `from` on, at most `limit`, without a gap. */
export async function readEntries(pool: Pool, ledger: number, from: number, limit: number): Promise<Entry[]> {
  const { rows } = await pool.query<{ hash: Buffer; bytes: Buffer; recorded: string }>({ name: 'read-entries', text: READ_ENTRIES, values: [ledger, from, limit] });
  return rows.map(({ hash, bytes, recorded }) => ({ hash, bytes, recordedAt: Number(recorded) }));
}

/** The leaf hashes from index `from` on, at most `limit`, as they stand in the database. */
export async function readHashes(pool: Pool, ledger: number, from: number, limit: number): Promise<Buffer[]> {
  const text = 'SELECT hash FROM leaves WHERE ledger = $1 AND idx >= $2 ORDER BY idx LIMIT $3';
  const { rows } = await pool.query<{ hash: Buffer }>(text, [ledger, from, limit]);
  return rows.map(({ hash }) => hash);
}

/** How many indices were given. */
export async function logSize(pool: Pool, ledger: number): Promise<number> {
  const { rows } = await pool.query<{ size: string }>('SELECT coalesce(max(idx) + 1, 0) AS size FROM leaves WHERE ledger = $1', [ledger]);
  return Number(rows[0]?.size);
}

/** Whether something has waited in the outbox for longer than `seconds`, on the database's clock. */
export async function outboxWaits(pool: Pool, ledger: number, seconds: number): Promise<boolean> {
  const text = `SELECT EXISTS (SELECT FROM outbox WHERE ledger = $1 AND recorded_at < clock_timestamp() - $2 * interval '1 second') AS waits`;
  const { rows } = await pool.query<{ waits: boolean }>(text, [ledger, seconds]);
  return rows[0]?.waits ?? false;
}
