import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import { pino } from 'pino';
import { migrateConsumer, openPool, type Consumer } from '#consumer';
import { freshDatabase, until, type FreshDatabase } from '#testing';
import type { NewsletterConfig } from '../config/read-config.js';
import { migrateNewsletter } from '../store/migrate.js';
import type { Post } from './post.js';
import { createSender } from './send-issues.js';

const WAITING = 20_000;
/** What ten pages of eight may look at of those who wait: a few rows for each recipient. */
const FEW = 1_000;

let database: FreshDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await freshDatabase();
  pool = openPool({ url: database.url, name: 'test' });
  await migrateConsumer(pool);
  await migrateNewsletter(pool);
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

/** By the tables' own statistics, which a connection has told once it is gone. */
async function lookedAt(): Promise<number> {
  await until(async () => (await pool.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sender'`)).rowCount === 0);
  const sql = `
    SELECT (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'recipients')
      + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'recipients') AS rows`;
  return Number((await pool.query<{ rows: string }>(sql)).rows[0]?.rows);
}

/** Sends until so many pages are done; tells how many rows were looked at for it, at the beginning and the end of the work too. */
async function sendPages(pages: number): Promise<number> {
  const before = await lookedAt();
  const own = openPool({ url: database.url, name: 'sender' });
  // Nobody may be written to any more: each is left out, and no mail leaves.
  const consumer = { may: () => false, mayNow: async () => false, health: () => ({ informed: true }) } as unknown as Consumer;
  const post = { close: () => undefined } as Post;
  let done = 0;
  let stopped: Promise<void> | undefined;
  const sender = createSender({ config: {} as NewsletterConfig, pool: own, log: pino({ level: 'silent' }), consumer, post }, () => {
    done += 1;
    if (done === pages) stopped = sender.stop();
  });
  sender.start();
  await until(() => stopped !== undefined);
  await stopped;
  await own.end();
  return (await lookedAt()) - before;
}

test('a page of an issue is found and sent by its own recipients, without a look at all who wait since the same moment', async () => {
  const issue = randomUUID();
  await pool.query(`INSERT INTO newsletter.issues (id, subject, body, created_at) VALUES ($1, 'S', 'B', now())`, [issue]);
  await pool.query(
    `INSERT INTO newsletter.recipients (issue, person, mail, state, next_try, changed_at) SELECT $1, gen_random_uuid(), gen_random_uuid(), 'queued', '2026-01-01', now() FROM generate_series(1, $2)`,
    [issue, WAITING],
  );
  await pool.query('ALTER TABLE newsletter.recipients SET (autovacuum_enabled = off)');
  await pool.query('ANALYZE newsletter.recipients');
  const [two, twelve] = [await sendPages(2), await sendPages(12)];
  expect(twelve - two).toBeLessThan(FEW);
  const { rows } = await pool.query(`SELECT person, state FROM newsletter.recipients ORDER BY issue, person LIMIT 113`);
  expect(rows.map(({ state }) => state as string)).toEqual([...Array<string>(112).fill('left-out'), 'queued']);
});
