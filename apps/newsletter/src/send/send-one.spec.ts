import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type pg from 'pg';
import { pino } from 'pino';
import { migrateConsumer, openPool, type Consumer } from '#consumer';
import { freshDatabase, type FreshDatabase } from '#testing';
import type { NewsletterConfig } from '../config/read-config.js';
import { migrateNewsletter } from '../store/migrate.js';
import type { Post } from './post.js';
import { sendOne } from './send-one.js';

let database: FreshDatabase;
let pool: pg.Pool;
const recipient = { issue: randomUUID(), person: randomUUID(), mail: randomUUID(), attempts: 0 };

beforeAll(async () => {
  database = await freshDatabase();
  pool = openPool({ url: database.url, name: 'test' });
  await migrateConsumer(pool);
  await migrateNewsletter(pool);
  await pool.query(`INSERT INTO newsletter.issues (id, subject, body, created_at) VALUES ($1, 'S', 'B', now())`, [recipient.issue]);
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});
beforeEach(async () => {
  await pool.query('DELETE FROM newsletter.recipients');
  await pool.query(`INSERT INTO newsletter.recipients (issue, person, mail, state, next_try, changed_at) VALUES ($1, $2, $3, 'queued', now(), now())`, [recipient.issue, recipient.person, recipient.mail]);
});

/** What a consumer knows of him: by its database, in memory, and whether it knows the state at all. */
async function sentBy({ stands, may, informed }: { stands: boolean; may: boolean; informed: boolean }): Promise<unknown> {
  const consumer = { may: () => may, mayNow: async () => stands, health: () => ({ informed }) } as unknown as Consumer;
  // Nobody answers there: whoever gets so far that his address is asked for waits.
  const config = { apiUrl: 'http://127.0.0.1:9', apiKey: 'key', mailFrom: 'news@example.se' } as NewsletterConfig;
  await sendOne({ config, pool, log: pino({ level: 'silent' }), consumer, post: {} as Post }, { id: recipient.issue, subject: 'S', body: 'B' } as never, recipient);
  return (await pool.query('SELECT state, reason FROM newsletter.recipients')).rows[0];
}

test('nobody is left out as one who withdrew while it is not known who did', async () => {
  const waits = { state: 'queued', reason: null };
  expect(await sentBy({ stands: false, may: false, informed: false })).toEqual(waits);
  expect(await sentBy({ stands: true, may: false, informed: true })).toEqual(waits);
  expect(await sentBy({ stands: true, may: true, informed: true })).toEqual(waits);
  expect(await sentBy({ stands: false, may: true, informed: true })).toEqual({ state: 'left-out', reason: 'withdrawn' });
});

test('whoever was put on the way of an issue while he was being erased leaves nothing there', async () => {
  await pool.query(`INSERT INTO samtycke_consumer.persons (person, kind, version, seq, restricted, erased, suppressed, applied_at) VALUES ($1, 'person', 1, 1, false, true, false, now())`, [recipient.person]);
  expect(await sentBy({ stands: false, may: false, informed: true })).toBeUndefined();
  await pool.query('DELETE FROM samtycke_consumer.persons');
});
