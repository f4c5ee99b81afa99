import type { Pool } from 'pg';
import { faultOf } from '#ledger';
import type { OnProgress } from './progress.js';
import { Counter } from './progress.js';

/** Rows of a page, unless told otherwise: each page is one short statement, so that nobody waits for a rotation. */
export const PAGE = 500;
const TRIES = 5;

/** A rotation's way through a table by its key, page after page. */
export interface Pages<R> {
  count: { text: string; values: unknown[] };
  /** Rows still to be wrapped whose key lies after this one, in order; `undefined` starts. */
  read(after: unknown): Promise<R[]>;
  keyOf(row: R): unknown;
  /** Writes a page; rows that changed or went meanwhile stay as they are. */
  write(rows: R[]): Promise<void>;
}

/** A row that somebody else holds is waited for, or the page tried again; anything else ends the rotation where it is. */
async function persistently(write: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      const fault = faultOf(error);
      if ((fault !== 'again' && fault !== 'taken') || attempt === TRIES) throw error;
    }
  }
}

/** Goes through all pages. It may be killed at any point: what is written stands, and the next run finds what is left. */
export async function throughAll<R>(pool: Pool, pages: Pages<R>, tell: OnProgress): Promise<number> {
  const { rows } = await pool.query<{ n: string }>(pages.count.text, pages.count.values);
  const counter = new Counter(Number(rows[0]?.n ?? 0), tell);
  let done = 0;
  for (let after: unknown; ; ) {
    const page = await pages.read(after);
    const last = page.at(-1);
    if (last === undefined) return done;
    await persistently(() => pages.write(page));
    done += page.length;
    counter.add(page.length);
    after = pages.keyOf(last);
  }
}
