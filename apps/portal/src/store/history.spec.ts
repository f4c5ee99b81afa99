import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import type { ConsumedEvent } from '#consumer';
import { freshDatabase, type FreshDatabase } from '#testing';
import { keepActs } from './acts.js';
import { holderOf, keepHistory, keepLearnt, readHistory } from './history.js';
import { migratePortal } from './migrate.js';
import { sessionsIn } from './sessions.js';

let database: FreshDatabase;
let pool: pg.Pool;
let time = 0;

beforeAll(async () => {
  database = await freshDatabase();
  pool = new pg.Pool({ connectionString: database.url });
  pool.on('error', () => undefined);
  await Promise.all([migratePortal(pool), migratePortal(pool)]);
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});
beforeEach(() => pool.query('TRUNCATE portal.decisions, portal.merged, portal.acts, portal.sessions'));

const A = '00000000-0000-4000-8000-00000000000a';
const B = '00000000-0000-4000-8000-00000000000b';
const C = '00000000-0000-4000-8000-00000000000c';

const idOf = (person: string, seq: number): string => `${seq.toString(16).padStart(8, '0')}${person.slice(8)}`;

function event(person: string, seq: number, type: string, more: Partial<ConsumedEvent['data']> = {}): ConsumedEvent {
  const at = new Date(Date.UTC(2026, 0, 1) + (time += 1_000)).toISOString();
  return { id: idOf(person, seq), type, data: { person, kind: 'person', purpose: 'newsletter', seq, version: seq, occurredAt: at, recordedAt: at, hash: '', ...more } };
}

const types = async (person: string): Promise<string[]> => (await readHistory(pool, person, 50)).map(({ type }) => type);

test('the newest comes first, and the same event counts once', async () => {
  const events = [event(A, 1, 'consent-granted', { allowed: true }), event(A, 2, 'consent-withdrawn', { reason: 'person', allowed: false })];
  await keepHistory(events, pool);
  await keepHistory(events, pool);
  expect(await readHistory(pool, A, 50)).toMatchObject([{ type: 'consent-withdrawn', reason: 'person', allowed: false }, { type: 'consent-granted', allowed: true }]);
});

test('devices and the ledger itself leave nothing here', async () => {
  await keepHistory([event(A, 1, 'consent-granted', { kind: 'device' }), event(B, 1, 'key-changed', { kind: 'ledger', purpose: '~ledger' })], pool);
  expect(await types(A)).toEqual([]);
  expect(await types(B)).toEqual([]);
});

test('what was merged into somebody is part of his history, until it is split off again', async () => {
  await keepHistory([event(A, 1, 'consent-granted'), event(A, 2, 'person-merged', { purpose: '~person', mergedInto: B }), event(B, 1, 'consent-refused')], pool);
  expect(await types(B)).toEqual(['consent-refused', 'person-merged', 'consent-granted']);
  await keepHistory([event(A, 3, 'person-split', { purpose: '~person' })], pool);
  expect(await types(B)).toEqual(['consent-refused']);
});

test('so is what was merged into him by way of somebody else; an act on it is his, and an erasure leaves nothing of it', async () => {
  await keepHistory([event(A, 1, 'consent-granted'), event(A, 2, 'person-merged', { purpose: '~person', mergedInto: B }), event(B, 1, 'consent-refused')], pool);
  await keepHistory([event(B, 2, 'person-merged', { purpose: '~person', mergedInto: C }), event(C, 1, 'consent-granted')], pool);
  await keepActs(pool, { person: A, event: idOf(A, 1) }, [{ system: 'crm', state: 'acted' }]);
  expect(await types(C)).toEqual(['consent-granted', 'person-merged', 'consent-refused', 'person-merged', 'consent-granted']);
  expect(await holderOf(pool, C, idOf(A, 1))).toBe(A);
  expect((await readHistory(pool, C, 50)).at(-1)?.acts).toHaveLength(1);
  await keepHistory([event(C, 2, 'person-erased', { purpose: '~person', erased: true })], pool);
  for (const table of ['decisions', 'merged', 'acts']) expect((await pool.query(`SELECT 1 FROM portal.${table}`)).rowCount).toBe(0);
});

test('an event is a person\'s own, or of somebody merged into him; of nobody else', async () => {
  await keepHistory([event(A, 1, 'consent-granted'), event(B, 1, 'consent-granted')], pool);
  expect(await holderOf(pool, A, idOf(A, 1))).toBe(A);
  expect(await holderOf(pool, B, idOf(A, 1))).toBeUndefined();
  await keepHistory([event(A, 2, 'person-merged', { purpose: '~person', mergedInto: B })], pool);
  expect(await holderOf(pool, B, idOf(A, 1))).toBe(A);
});

test('an erasure leaves nothing of a person, nor of whoever was merged into him', async () => {
  await keepHistory([event(A, 1, 'consent-granted'), event(A, 2, 'person-merged', { purpose: '~person', mergedInto: B }), event(B, 1, 'consent-granted')], pool);
  const sessions = sessionsIn(pool);
  const [cookie, other] = [await sessions.start({ kind: 'email', value: 'anna@example.se' }), await sessions.start({ kind: 'email', value: 'bo@example.se' })];
  const session = await sessions.find(cookie);
  if (session) await sessions.learn(session, B);
  await keepHistory([event(B, 2, 'person-erased', { purpose: '~person', erased: true })], pool);
  expect(await sessions.find(cookie)).toBeUndefined();
  expect(await sessions.find(other)).toBeDefined();
  expect((await pool.query('SELECT 1 FROM portal.decisions')).rowCount).toBe(0);
  expect((await pool.query('SELECT 1 FROM portal.merged')).rowCount).toBe(0);
});

test("the database holds a session's hash, never what the browser sends", async () => {
  const sessions = sessionsIn(pool);
  const cookie = await sessions.start({ kind: 'email', value: 'anna@example.se' });
  const { rows } = await pool.query('SELECT * FROM portal.sessions');
  expect(JSON.stringify(rows)).not.toContain(cookie);
  expect(await sessions.find(cookie)).toMatchObject({ identity: { kind: 'email', value: 'anna@example.se' } });
  expect(await sessions.find(`${cookie}x`)).toBeUndefined();
});

test('a session that is over by time is nobody, and is swept away', async () => {
  const sessions = sessionsIn(pool);
  const cookie = await sessions.start({ kind: 'customer', value: '100200' });
  await pool.query('UPDATE portal.sessions SET expires_at = $1', [new Date(Date.now() - 1)]);
  expect(await sessions.find(cookie)).toBeUndefined();
  await sessions.sweep();
  expect((await pool.query('SELECT 1 FROM portal.sessions')).rowCount).toBe(0);
});

test('an erasure and a merge that only the state told of count as those that came by their event', async () => {
  await keepHistory([event(A, 1, 'consent-granted'), event(B, 1, 'consent-granted')], pool);
  await keepLearnt([event(A, 2, 'person-merged', { purpose: '~person', mergedInto: B }).data], pool);
  expect(await types(B)).toEqual(['consent-granted', 'consent-granted']);
  await keepLearnt([event(B, 2, 'person-erased', { purpose: '~person', erased: true }).data, event(A, 3, 'consent-granted').data], pool);
  expect([await types(A), await types(B)]).toEqual([[], []]);
});
