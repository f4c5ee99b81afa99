import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { ImportProblem } from './mapping.js';

/** How the rows of an import ended, so far. */
export interface Tally {
  applied: number;
  late: number;
  unchanged: number;
  refused: number;
}

export const emptyTally = (): Tally => ({ applied: 0, late: 0, unchanged: 0, refused: 0 });

/** Where an import stands. */
export interface Standing extends Tally {
  /** Rows whose fate is settled and noted. */
  done: number;
  /** Rows from `done` up to here may have been begun by a run that was cut off. */
  reserved: number;
  finished: boolean;
}

interface Row {
  done: string;
  reserved: string;
  applied: string;
  late: string;
  unchanged: string;
  refused: string;
  finished_at: Date | null;
}

const BEGIN = `
INSERT INTO imports (ledger, file, system, started_by, runner, started_at, updated_at, done, reserved, applied, late, unchanged, refused)
VALUES ($1, $2, $3, $4, $5, $6, $6, 0, 0, 0, 0, 0, 0)
ON CONFLICT (ledger, file) DO UPDATE SET runner = excluded.runner, updated_at = excluded.updated_at
RETURNING done, reserved, applied, late, unchanged, refused, finished_at`;

const AGAIN = `
UPDATE imports SET done = 0, applied = 0, late = 0, unchanged = 0, refused = 0, reserved = greatest(reserved, done), finished_at = NULL
WHERE ledger = $1 AND file = $2 AND runner = $3`;

const MOVE = `
UPDATE imports SET updated_at = $4, done = $5, reserved = greatest(reserved, $6), applied = $7, late = $8, unchanged = $9, refused = $10,
  finished_at = $11
WHERE ledger = $1 AND file = $2 AND runner = $3`;

const standingOf = (row: Row): Standing => ({
  done: Number(row.done),
  reserved: Number(row.reserved),
  applied: Number(row.applied),
  late: Number(row.late),
  unchanged: Number(row.unchanged),
  refused: Number(row.refused),
  finished: row.finished_at !== null,
});

/**
 * How far the import of one file is. The newest run owns it: a run that was overtaken learns so at its next step and
 * stops. Rows are begun only below `reserved`; so the next run knows which of them it must look up before it applies them.
 */
export class Checkpoint {
  private readonly runner = randomUUID();
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly file: Buffer,
  ) {}

  /** Takes the import over, or begins it; `again` sends a file that is through back to its first row. */
  async begin({ system, by, again = false }: { system: string; by: string; again?: boolean }): Promise<Standing> {
    const values = [this.ledger, this.file, system, by, this.runner, new Date()];
    const { rows } = await this.pool.query<Row>(BEGIN, values);
    if (!rows[0]) throw new Error('the import could not be noted');
    const standing = standingOf(rows[0]);
    if (!again) return standing;
    await this.pool.query(AGAIN, [this.ledger, this.file, this.runner]);
    return { ...emptyTally(), done: 0, reserved: Math.max(standing.reserved, standing.done), finished: false };
  }

  /** Notes that all rows below `done` are settled, and that those below `reserved` may be begun. */
  async move({ done, reserved, finished, ...tally }: Standing): Promise<void> {
    const now = new Date();
    const counts = [tally.applied, tally.late, tally.unchanged, tally.refused];
    const { rowCount } = await this.pool.query(MOVE, [this.ledger, this.file, this.runner, now, done, reserved, ...counts, finished ? now : null]);
    if (rowCount !== 1) throw new ImportProblem('another run of this import has taken over; this one stops');
  }
}
