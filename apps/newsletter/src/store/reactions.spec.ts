import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import type { ConsumedEvent } from '#consumer';
import { freshDatabase, type FreshDatabase } from '#testing';
import { migrateNewsletter } from './migrate.js';
import { forgetLearnt, keepReactions, readReactions } from './reactions.js';

let database: FreshDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await freshDatabase();
  pool = new pg.Pool({ connectionString: database.url });
  pool.on('error', () => undefined);
  await migrateNewsletter(pool);
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

const A = '00000000-0000-4000-8000-00000000000a';
const B = '00000000-0000-4000-8000-00000000000b';
const at = '2026-01-01T00:00:00.000Z';
const event = (person: string, more: Partial<ConsumedEvent['data']> = {}): ConsumedEvent => ({
  id: person, type: 'consent-granted', data: { person, kind: 'person', purpose: 'newsletter', seq: 1, version: 1, occurredAt: at, recordedAt: at, hash: '', allowed: true, ...more },
});

test('of somebody whose erasure only the state told of nothing stays; of everybody else all does', async () => {
  await keepReactions([event(A), event(B)], pool);
  await forgetLearnt([event(A, { purpose: '~person', erased: true }).data, event(B, { purpose: '~person' }).data, event(B).data], pool);
  expect((await readReactions(pool, 10)).map((one) => one.event)).toEqual([B]);
});
