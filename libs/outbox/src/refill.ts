import type { Pool } from 'pg';

/** No index is as high: nothing is to be sent again. */
const DONE = Number.MAX_SAFE_INTEGER;

const BEGIN = `
INSERT INTO leases (ledger, role, holder, fencing, expires_at, next)
SELECT $1, $2, '00000000-0000-0000-0000-000000000000', 0, 'infinity', 0
WHERE EXISTS (SELECT FROM leases l WHERE l.ledger = $1 AND l.role = $3 AND l.fencing = $4)
ON CONFLICT (ledger, role) DO UPDATE SET next = 0`;
const READ = 'SELECT next FROM leases WHERE ledger = $1 AND role = $2';
const MOVE = `UPDATE leases SET next = $3 WHERE ledger = $1 AND role = $2 AND next < $3
  AND EXISTS (SELECT FROM leases l WHERE l.ledger = $1 AND l.role = $4 AND l.fencing = $5)`;

/** What is to be sent to one topic once more, from the first index on, since the topic was lost. Outlives the leader. */
export class Refill {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly name: string,
    private readonly leader: { role: string; fencing: string },
  ) {}

  /** Durable when it resolves: note it before the topic stands again. */
  async begin(): Promise<void> {
    await this.pool.query(BEGIN, [this.ledger, this.name, this.leader.role, this.leader.fencing]);
  }

  /** From where it goes on; undefined where nothing is to be sent again. */
  async next(): Promise<number | undefined> {
    const { rows } = await this.pool.query<{ next: string }>(READ, [this.ledger, this.name]);
    const next = Number(rows[0]?.next ?? DONE);
    return next === DONE ? undefined : next;
  }

  async move(next: number): Promise<void> {
    await this.pool.query(MOVE, [this.ledger, this.name, next, this.leader.role, this.leader.fencing]);
  }

  end(): Promise<void> {
    return this.move(DONE);
  }
}
