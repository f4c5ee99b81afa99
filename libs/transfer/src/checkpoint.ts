import { randomUUID } from 'node:crypto';
import type { QueryResult } from 'pg';
import { ImportProblem } from './mapping.js';
import type { Target } from './target.js';

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

/** What an import is: a file for a purpose, as one mapping reads it. */
export interface ImportOf {
  /** Keyed hash of the file's bytes. */
  identity: Buffer;
  /** The purpose of all rows; empty where the rows name theirs. */
  purpose: string;
  /** Keyed hash of the mapping and the system. */
  mapping: Buffer;
}

interface Row {
  /** None: a version that kept none began it. */
  mapping: Buffer | null;
  done: string;
  reserved: string;
  applied: string;
  late: string;
  unchanged: string;
  refused: string;
  finished_at: Date | null;
}

/** Rows of a file that a version without mappings has begun may each have been written, for whichever purpose. */
const FORMER = 'SELECT max(greatest(done, reserved)) FROM imports WHERE ledger = $1 AND file = $2 AND mapping IS NULL';

/** No row comes back where the import was begun with another mapping, unless $9; then its owner stays. */
const BEGIN = `
INSERT INTO imports (ledger, file, purpose, mapping, system, started_by, runner, started_at, updated_at, done, reserved, applied, late, unchanged, refused)
VALUES ($1, $2, $3, $5, $6, $7, $4, $8, $8, 0, coalesce((${FORMER}), 0), 0, 0, 0, 0)
ON CONFLICT (ledger, file, purpose) DO UPDATE SET runner = excluded.runner, updated_at = excluded.updated_at
  WHERE $9 OR imports.mapping IS NULL OR imports.mapping = excluded.mapping
RETURNING mapping, done, reserved, applied, late, unchanged, refused, finished_at`;

const AGAIN = `
UPDATE imports SET mapping = $5, system = $6, done = 0, applied = 0, late = 0, unchanged = 0, refused = 0, reserved = greatest(reserved, done), finished_at = NULL
WHERE ledger = $1 AND file = $2 AND purpose = $3 AND runner = $4`;

const MOVE = `
UPDATE imports SET updated_at = $5, done = $6, reserved = greatest(reserved, $7), applied = $8, late = $9, unchanged = $10, refused = $11,
  finished_at = $12
WHERE ledger = $1 AND file = $2 AND purpose = $3 AND runner = $4`;

const OTHER_MAPPING = 'this file was begun with another mapping or system: run it with the same, or with --again, which goes through all its rows with this one and leaves what was applied';

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
 * How far the import of one file for one purpose is. The newest run owns it: a run that was overtaken learns so at its next step and
 * stops. Rows are begun only below `reserved`; so the next run knows which of them it must look up before it applies them.
 */
export class Checkpoint {
  private readonly runner = randomUUID();
  constructor(
    private readonly target: Target,
    private readonly of: ImportOf,
  ) {}

  /** A standby that lacks what was signed must not hear of rows that only the lost server has. */
  private async write<R extends object>(text: string, values: unknown[]): Promise<QueryResult<R>> {
    const { pool, mayWrite } = this.target;
    await mayWrite?.();
    return pool.query<R>(text, values);
  }

  private get own(): unknown[] {
    return [this.target.ledger, this.of.identity, this.of.purpose, this.runner];
  }

  /**
   * Takes the import over, or begins it; `again` sends a file that is through back to its first row, whatever it was mapped by.
   * Throws ImportProblem where it was begun with another mapping.
   */
  async begin({ system, by, again = false }: { system: string; by: string; again?: boolean }): Promise<Standing> {
    const { mapping } = this.of;
    const { rows } = await this.write<Row>(BEGIN, [...this.own, mapping, system, by, new Date(), again]);
    if (!rows[0]) throw new ImportProblem(OTHER_MAPPING);
    const standing = standingOf(rows[0]);
    if (!again && rows[0].mapping) return standing;
    await this.write(AGAIN, [...this.own, mapping, system]);
    return { ...emptyTally(), done: 0, reserved: Math.max(standing.reserved, standing.done), finished: false };
  }

  /** Notes that all rows below `done` are settled, and that those below `reserved` may be begun. */
  async move({ done, reserved, finished, ...tally }: Standing): Promise<void> {
    const now = new Date();
    const counts = [tally.applied, tally.late, tally.unchanged, tally.refused];
    const { rowCount } = await this.write(MOVE, [...this.own, now, done, reserved, ...counts, finished ? now : null]);
    if (rowCount !== 1) throw new ImportProblem('another run of this import has taken over; this one stops');
  }
}
