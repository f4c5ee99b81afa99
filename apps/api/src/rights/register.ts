import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

export interface RightState {
  person: string;
  right: string;
  event: string;
  askedAt: string;
  due: string;
  state: 'open' | 'closed';
  closedAt?: string;
  outcome?: string;
}

interface Row {
  person: string;
  event: string;
  right: string;
  asked_at: Date;
  due: Date;
  closed_at: Date | null;
  outcome: string | null;
}

const COLUMNS = 'person, event, "right", asked_at, due, closed_at, outcome';
const OF_PERSON = `SELECT ${COLUMNS} FROM rights WHERE ledger = $1 AND person = $2 ORDER BY asked_at, event`;
const OPEN = `SELECT ${COLUMNS} FROM rights WHERE ledger = $1 AND closed_at IS NULL ORDER BY due, person, event LIMIT $2`;

const stateOf = (row: Row): RightState => ({
  person: row.person,
  right: row.right,
  event: row.event,
  askedAt: row.asked_at.toISOString(),
  due: row.due.toISOString(),
  state: row.closed_at ? 'closed' : 'open',
  ...(row.closed_at && { closedAt: row.closed_at.toISOString() }),
  ...(row.outcome !== null && { outcome: row.outcome }),
});

/** The rights that people asked for, as the worker keeps them from the log: a moment behind it. */
@Injectable()
export class RightsRegister {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
  ) {}

  async of(person: string): Promise<RightState[]> {
    const { rows } = await this.pool.query<Row>(OF_PERSON, [this.ledger, person]);
    return rows.map(stateOf);
  }

  /** What is open, the nearest due date first. */
  async open(limit: number): Promise<RightState[]> {
    const { rows } = await this.pool.query<Row>(OPEN, [this.ledger, limit]);
    return rows.map(stateOf);
  }
}
