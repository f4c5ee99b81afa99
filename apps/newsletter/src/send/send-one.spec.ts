import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type pg from 'pg';
import { pino } from 'pino';
import { migrateConsumer, openPool, type Consumer } from '#consumer';
import { freshDatabase, type FreshDatabase } from '#testing';
import type { NewsletterConfig } from '../config/read-config.js';
import { migrateNewsletter } from '../store/migrate.js';
import { nextRecipients } from '../store/recipients.js';
import type { Post, Posted } from './post.js';
import { sendOne } from './send-one.js';

let database: FreshDatabase;
let pool: pg.Pool;
const recipient = { issue: randomUUID(), person: randomUUID(), mail: randomUUID(), attempts: 0, putOffAt: null };

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

test('a mailbox that puts a mail off for a week is left out, and one whose server was away is not', async () => {
  const api = createServer((_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ identifiers: [{ kind: 'email', value: 'anna@example.se' }], unsubscribe: 'https://api.example.se/u/x' })));
  await once(api.listen(0, '127.0.0.1'), 'listening');
  const config = { apiUrl: `http://127.0.0.1:${(api.address() as AddressInfo).port}`, apiKey: 'key', mailFrom: 'news@example.se' } as NewsletterConfig;
  const consumer = { may: () => true, mayNow: async () => true, health: () => ({ informed: true }) } as unknown as Consumer;
  await pool.query(`INSERT INTO samtycke_consumer.consent_state (person, purpose, kind, version, seq, allowed, applied_at) VALUES ($1, 'newsletter', 'person', 1, 1, true, now())`, [recipient.person]);
  const sent = async (posted: Posted): Promise<unknown> => {
    const [next] = await nextRecipients(pool, new Date(8_640_000_000_000), 1);
    if (next) await sendOne({ config, pool, log: pino({ level: 'silent' }), consumer, post: { send: async () => posted } as unknown as Post }, { id: recipient.issue, subject: 'S', body: 'B' } as never, next);
    return (await pool.query('SELECT state, reason, attempts FROM newsletter.recipients')).rows[0];
  };
  const passes = (): Promise<unknown> => pool.query(`UPDATE newsletter.recipients SET put_off_at = put_off_at - interval '8 days'`);
  expect(await sent('again')).toEqual({ state: 'queued', reason: null, attempts: 1 });
  await passes();
  expect(await sent('put-off')).toEqual({ state: 'queued', reason: null, attempts: 2 });
  await passes();
  expect(await sent('again')).toEqual({ state: 'queued', reason: null, attempts: 3 });
  expect(await sent('put-off')).toEqual({ state: 'queued', reason: null, attempts: 4 });
  await passes();
  expect(await sent('put-off')).toEqual({ state: 'left-out', reason: 'put-off', attempts: 4 });
  await pool.query('DELETE FROM samtycke_consumer.consent_state');
  api.close();
});

test('whoever was put on the way of an issue while he was being erased leaves nothing there', async () => {
  await pool.query(`INSERT INTO samtycke_consumer.persons (person, kind, version, seq, restricted, erased, suppressed, applied_at) VALUES ($1, 'person', 1, 1, false, true, false, now())`, [recipient.person]);
  expect(await sentBy({ stands: false, may: false, informed: true })).toBeUndefined();
  await pool.query('DELETE FROM samtycke_consumer.persons');
});
