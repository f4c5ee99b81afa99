import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { freshDatabase, type FreshDatabase } from '#testing';
import { readConfig } from '../config/read-config.js';
import { startNewsletter, type RunningNewsletter } from '../start-newsletter.js';

let database: FreshDatabase;
let folder: string;
let newsletter: RunningNewsletter;
beforeAll(async () => {
  database = await freshDatabase();
  folder = await mkdtemp(join(tmpdir(), 'samtycke-newsletter-'));
  // Nobody answers there: the state is being read for as long as the test lasts.
  const config = readConfig({ DATABASE_URL: database.url, KAFKA_BROKERS: '127.0.0.1:9', API_KEY: 'key', API_URL: 'http://127.0.0.1:9', MAIL_DIR: folder, SAMTYCKE_DATA: folder });
  newsletter = await startNewsletter({ ...config, port: 0, logLevel: 'silent' });
});
afterAll(async () => {
  await newsletter?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

test('an issue goes to nobody before it is known who may be written to: what was written stays on the page, and a program hears when to ask again', async () => {
  const issue = { subject: 'Nytt', body: 'Hej på er' };
  const post = (body: BodyInit, type: string): Promise<Response> => fetch(`${newsletter.url}/issues`, { method: 'POST', redirect: 'manual', headers: { 'content-type': type, origin: newsletter.url }, body });
  const program = await post(JSON.stringify(issue), 'application/json');
  expect([program.status, program.headers.get('retry-after'), await program.json()]).toEqual([503, '5', { wrong: ['list'] }]);
  const page = await post(new URLSearchParams(issue).toString(), 'application/x-www-form-urlencoded');
  expect(page.status).toBe(503);
  expect(await page.text()).toMatch(/besluten läses fortfarande in[\s\S]*Hej på er/);
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  expect((await pool.query('SELECT FROM newsletter.issues')).rowCount).toBe(0);
  await pool.end();
});
