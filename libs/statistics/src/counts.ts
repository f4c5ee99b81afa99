import type { Pool } from 'pg';
import type { AnswerKind, Collected, LinkAct } from './words.js';

const FLUSH_MS = 1_000;
const DAY_MS = 86_400_000;
/** Counts older than three years go. */
const KEPT_DAYS = 1_096;
/** Names of points are free text of whoever holds a site key: above so many a day of one source, its further ones are counted together. */
const MOST_POINTS = 100;
const OTHER_POINT = '~other';

const ADD_ANSWERS = `
INSERT INTO notice_counts AS n (ledger, day, source, point, notice, version, locale, what, count)
SELECT $1, * FROM unnest($2::date[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[]) ORDER BY 2, 3, 4, 5, 6, 7, 8
ON CONFLICT ON CONSTRAINT notice_counts_pkey DO UPDATE SET count = n.count + excluded.count`;
const ADD_LINKS = `
INSERT INTO link_counts AS l (ledger, day, link, what, count)
SELECT $1, * FROM unnest($2::date[], $3::text[], $4::text[], $5::bigint[]) ORDER BY 2, 3, 4
ON CONFLICT ON CONSTRAINT link_counts_pkey DO UPDATE SET count = l.count + excluded.count`;
const FORGET = ['notice_counts', 'link_counts'].map((table) => `DELETE FROM ${table} WHERE ledger = $1 AND day < $2`);

/** What was counted since the last writing, by its whole name. */
class Tally {
  private counts = new Map<string, number>();

  add(name: string[], times = 1): void {
    const key = JSON.stringify(name);
    this.counts.set(key, (this.counts.get(key) ?? 0) + times);
  }

  get isEmpty(): boolean {
    return this.counts.size === 0;
  }

  /** Columns of names, and last that of the counts. The tally is empty then. */
  take(): unknown[][] {
    const rows = [...this.counts].map(([key, count]) => [...(JSON.parse(key) as string[]), count]);
    this.counts = new Map();
    return (rows[0] ?? []).map((_, at) => rows.map((row) => row[at]));
  }

  giveBack(columns: unknown[][]): void {
    const counts = columns.at(-1) as number[];
    counts.forEach((count, at) => this.add(columns.slice(0, -1).map((column) => column[at] as string), count));
  }
}

export interface CountsOptions {
  pool: Pool;
  ledger: number;
  /** Hears that counts could not be written; they are kept and tried again. */
  onError: (error: unknown) => void;
  clock?: () => number;
}

/**
 * Counts in memory and adds to the tables once a second at most, so no answer waits for it and no row is fought over. A process that is
 * killed loses what it counted in its last second; one that ends by itself, nothing. What is written while the connection breaks may
 * count twice.
 */
export class Counts {
  private readonly answers = new Tally();
  private readonly links = new Tally();
  private points = new Map<string, Set<string>>();
  private day = '';
  private mustForget = false;
  private timer?: NodeJS.Timeout;
  private writing?: Promise<void>;

  constructor(private readonly options: CountsOptions) {}

  answer({ source, point, notice, version, locale }: Collected, what: AnswerKind): void {
    const day = this.today();
    this.answers.add([day, source, this.pointOf(source, point), notice, version, locale, what]);
    this.wake();
  }

  link(link: string, what: LinkAct): void {
    this.links.add([this.today(), link, what]);
    this.wake();
  }

  /** Writes what is counted; resolves when it stands, or was kept for another try. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.writing;
    this.writing = this.write().finally(() => (this.writing = undefined));
    await this.writing;
  }

  private today(): string {
    const day = new Date(this.options.clock?.() ?? Date.now()).toISOString().slice(0, 10);
    if (day !== this.day) {
      this.points = new Map();
      this.mustForget = true;
    }
    this.day = day;
    return day;
  }

  private pointOf(source: string, point: string): string {
    const points = this.points.get(source) ?? new Set();
    this.points.set(source, points);
    if (!points.has(point) && points.size >= MOST_POINTS) return OTHER_POINT;
    points.add(point);
    return point;
  }

  private wake(): void {
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  private async write(): Promise<void> {
    await this.writeOne(this.answers, ADD_ANSWERS);
    await this.writeOne(this.links, ADD_LINKS);
    if (this.mustForget) await this.forget();
  }

  /** Once a day, with the first that is written. */
  private async forget(): Promise<void> {
    const { pool, ledger, onError } = this.options;
    await forgetCounts(pool, ledger, Date.parse(this.day)).then(() => (this.mustForget = false), onError);
  }

  private async writeOne(tally: Tally, text: string): Promise<void> {
    if (tally.isEmpty) return;
    const columns = tally.take();
    try {
      await this.options.pool.query(text, [this.options.ledger, ...columns]);
    } catch (error) {
      tally.giveBack(columns);
      this.options.onError(error);
      this.wake();
    }
  }
}

/** Removes counts of more than three years ago. */
export async function forgetCounts(pool: Pool, ledger: number, now = Date.now()): Promise<void> {
  const first = new Date(now - KEPT_DAYS * DAY_MS).toISOString().slice(0, 10);
  for (const text of FORGET) await pool.query(text, [ledger, first]);
}
