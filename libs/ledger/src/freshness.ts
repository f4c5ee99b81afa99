import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { Unavailable } from './call.js';

/** The database has given fewer indices than were signed outside it: it is an old backup, and must not go on from there. */
export class DatabaseBehind extends Unavailable {
  constructor(detail: string) {
    super(detail, 30);
  }
}

/** Nobody can tell whether the database is behind: what was signed outside it cannot be read. */
export class LogUnreadable extends DatabaseBehind {
  constructor({ code, message }: NodeJS.ErrnoException) {
    super(`the newest checkpoint outside the database cannot be read (${code ?? message}): nobody can tell whether the database is an old backup, and nothing is written before it is put back as \`checkpoint\` in LOG_DIR; it is the last message of consent.checkpoints.v1`);
  }
}

const CHECKED_MS = 1_000;
/** A log that lies on a mount that hangs gives no answer, nor an error. */
const ANSWERS_WITHIN_MS = 3_000;
const BEHIND_MS = 2_000;
const STANDS = `
SELECT (SELECT coalesce(max(idx) + 1, 0) FROM leaves WHERE ledger = $1) AS size,
  EXISTS (SELECT FROM leases WHERE ledger = $1 AND role = 'recover') AS recovering,
  (SELECT s.next FROM leases s WHERE s.ledger = $1 AND s.role = 'sent-checkpoint'
    AND s.next > coalesce((SELECT g.next FROM leases g WHERE g.ledger = $1 AND g.role = 'given-up'), 0)) AS sent`;

interface Standing {
  size: string;
  recovering: boolean;
  /** The size of the newest checkpoint that was found on Kafka, where it went further than the database, and nobody gave it up. */
  sent: string | null;
}

/** Throws where the database lacks what a checkpoint commits to, or is half recovered. */
function demandWhole({ size, recovering, sent }: Standing, signed: number): void {
  if (recovering) throw new DatabaseBehind('the database is being recovered: `samtycke recover` has not ended');
  if (Number(size) < signed) throw new DatabaseBehind(`the database is behind the log: it has ${size} events, the newest checkpoint ${signed}. It is an old backup: nothing is written before \`samtycke recover\` has put back what is missing`);
  if (Number(size) < Number(sent)) throw new DatabaseBehind(`the database is behind the log: it has ${size} events, and a checkpoint of ${sent} was sent (consent.checkpoints.v1). It is an old backup, and so is the log's folder: nothing is written before the newest folder is back and \`samtycke recover\` has put back what is missing. Where that folder is lost for good, \`samtycke recover --log-lost\` goes on from what is there`);
}

export interface FreshnessOptions {
  pool: Pool;
  ledger: number;
  /** To how many events the newest checkpoint outside the database commits; 0 before the first. */
  outside: () => Promise<number>;
}

/** Throws LogUnreadable where a reading of the log fails or has not ended in time; then it goes on by itself. */
async function inTime<Result>(reading: Promise<Result>): Promise<Result> {
  const over = new AbortController();
  const late = sleep(ANSWERS_WITHIN_MS, undefined, { signal: over.signal }).then(() => {
    throw new Error(`no answer within ${ANSWERS_WITHIN_MS / 1_000} s`);
  });
  try {
    return await Promise.race([reading, late]);
  } catch (error) {
    throw new LogUnreadable(error as NodeJS.ErrnoException);
  } finally {
    over.abort();
  }
}

/**
 * Whether the database may be written to: it is not behind the log outside it, nor half recovered. Looked at when it is asked,
 * at most once a second, and again before the first act on any new connection: a database cannot be replaced under an
 * open one. So no change is taken by a backup that was put in its place a moment ago.
 */
export class Freshness {
  private checkedAt = -Infinity;
  private checking: Promise<void> | undefined;
  private connections = 0;
  /** Resolves when the newest reading of the log has ended, however: one that hangs stays the only one. */
  private lastReading: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: FreshnessOptions) {
    options.pool.on('connect', () => {
      this.connections += 1;
      this.checkedAt = -Infinity;
    });
  }

  /** Throws DatabaseBehind, also where nobody can tell, or what the database throws when it cannot be asked. */
  async demand(): Promise<void> {
    if (performance.now() - this.checkedAt < CHECKED_MS) return;
    this.checking ??= this.check().finally(() => {
      this.checking = undefined;
    });
    await this.checking;
  }

  /** Resolves when the database is known not to be behind, or cannot be asked, or `stop` is aborted; `onBehind` hears once that it is. */
  async untilFresh(stop: AbortSignal, onBehind: (reason: string) => void): Promise<void> {
    for (let told = false; !stop.aborted; told = true) {
      const error = await this.demand().then(() => undefined, (reason: unknown) => reason);
      if (!(error instanceof DatabaseBehind)) return;
      if (!told) onBehind(error.message);
      await sleep(BEHIND_MS, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  private async check(): Promise<void> {
    const { pool, ledger, outside } = this.options;
    await inTime(this.lastReading);
    const began = performance.now();
    const client = await pool.connect();
    const { connections } = this;
    try {
      const reading = outside();
      this.lastReading = reading.catch(() => undefined);
      const signed = await inTime(reading);
      const { rows } = await client.query<Standing>({ name: 'freshness', text: STANDS, values: [ledger] });
      for (const row of rows) demandWhole(row, signed);
    } finally {
      client.release();
    }
    if (connections === this.connections) this.checkedAt = began;
  }
}
