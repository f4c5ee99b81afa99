import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import { migrateConsumer, openPool } from '#consumer';
import { freshDatabase, type FreshDatabase } from '#testing';
import { readIssue, storeIssue, type IssueToSend } from './issues.js';
import { migrateNewsletter } from './migrate.js';

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

const written: Omit<IssueToSend, 'id'> = { subject: 'Nytt', body: 'Hej!', topic: null, language: 'sv' };

test('the same issue twice is one, and both are told that it is on its way', async () => {
  const id = randomUUID();
  const store = () => storeIssue(pool, { id, ...written }, new Date());
  expect(await Promise.all([store(), store()])).toEqual([true, true]);
  expect(await store()).toBe(true);
});

test.each<Partial<IssueToSend>>([{ subject: 'Annat' }, { body: 'Hej då!' }, { topic: 'products' }, { language: null }])('another issue under the id of one that was sent is not stored, and whoever sends it learns so: %j', async (other) => {
  const id = randomUUID();
  await storeIssue(pool, { id, ...written }, new Date());
  expect(await storeIssue(pool, { id, ...written, ...other }, new Date())).toBe(false);
  expect(await readIssue(pool, id)).toMatchObject(written);
});
