import type { Pool } from 'pg';
import type { Term } from './lead.js';
import { ON_SERVER } from './server.js';

/** A signed checkpoint as the database keeps it: one for each size. */
export interface StoredCheckpoint {
  size: number;
  root: Buffer;
  /** POSIX seconds: the time of the operator's cosignature. */
  signedAt: number;
  note: string;
}

interface Row {
  size: string;
  root: Buffer;
  signed: string;
  note: string;
}

const COLUMNS = 'size, root, extract(epoch FROM signed_at)::bigint AS signed, note';
const KEEP = `
INSERT INTO checkpoints (ledger, size, root, signed_at, note)
SELECT $1, $2, $3, to_timestamp($4), $5 WHERE EXISTS (SELECT FROM leases WHERE ledger = $1 AND role = 'relay' AND fencing = $6 AND ${ON_SERVER('$7')})
ON CONFLICT (ledger, size) DO NOTHING`;
const UNSIGNED = `
SELECT greatest(0, extract(epoch FROM clock_timestamp() - least(
  (SELECT e.recorded_at FROM leaves l JOIN events e ON e.ledger = l.ledger AND e.person = l.person AND e.seq = l.seq
   WHERE l.ledger = $1 AND l.idx = (SELECT coalesce(max(size), 0) FROM checkpoints WHERE ledger = $1)),
  (SELECT min(recorded_at) FROM outbox WHERE ledger = $1))))::float8 AS seconds`;
const stored = ({ size, root, signed, note }: Row): StoredCheckpoint => ({ size: Number(size), root, signedAt: Number(signed), note });

/** The signed checkpoints of a ledger; only the relay that leads adds one, and none is ever changed. */
export class Checkpoints {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
  ) {}

  /**
   * Keeps a checkpoint, and returns the one that stands for its size: this one, or that of a leader who was cut off after
   * keeping it. Undefined when the lease is no longer the leader's, or another server answers than the one on which it was taken.
   */
  async keep({ size, root, signedAt, note }: StoredCheckpoint, { fencing, server }: Pick<Term, 'fencing' | 'server'>): Promise<StoredCheckpoint | undefined> {
    await this.pool.query(KEEP, [this.ledger, size, root, signedAt, note, fencing, server ?? null]);
    const { rows } = await this.pool.query<Row>(`SELECT ${COLUMNS} FROM checkpoints WHERE ledger = $1 AND size = $2`, [this.ledger, size]);
    return rows[0] && stored(rows[0]);
  }

  /** The largest; undefined before the first. */
  async newest(): Promise<StoredCheckpoint | undefined> {
    const { rows } = await this.pool.query<Row>(`SELECT ${COLUMNS} FROM checkpoints WHERE ledger = $1 ORDER BY size DESC LIMIT 1`, [this.ledger]);
    return rows[0] && stored(rows[0]);
  }

  /** Those of sizes from `from` up to and including `to`, the smallest first. */
  async between(from: number, to: number, limit: number): Promise<StoredCheckpoint[]> {
    const text = `SELECT ${COLUMNS} FROM checkpoints WHERE ledger = $1 AND size BETWEEN $2 AND $3 ORDER BY size LIMIT $4`;
    const { rows } = await this.pool.query<Row>(text, [this.ledger, from, to, limit]);
    return rows.map(stored);
  }

  /** How long ago the first event was recorded that has an index and that no checkpoint commits to, in seconds; 0 where each is signed. */
  async unsignedSeconds(): Promise<number> {
    const { rows } = await this.pool.query<{ seconds: number }>(UNSIGNED, [this.ledger]);
    return rows[0]?.seconds ?? 0;
  }
}
