import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { pino } from 'pino';
import { migrateConsumer, type ConsumedEvent } from '#consumer';
import { freshDatabase, until, type FreshDatabase } from '#testing';
import { beatPages } from '../live/heartbeat.js';
import { createHub } from '../live/hub.js';
import { keepActs } from './acts.js';
import { correctionsIn } from './corrections.js';
import { holderOf, keepHistory, keepLearnt, readHistory } from './history.js';
import { migratePortal } from './migrate.js';
import { sessionsIn, type Session } from './sessions.js';

let database: FreshDatabase;
let pool: pg.Pool;
let time = 0;

beforeAll(async () => {
  database = await freshDatabase();
  pool = new pg.Pool({ connectionString: database.url });
  pool.on('error', () => undefined);
  await Promise.all([migratePortal(pool), migratePortal(pool)]);
  await migrateConsumer(pool);
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

test('of two that the ledger put in one place, after it had lost the first, the later stands there, also where both come at once; a merge that is lost parts again', async () => {
  const [lost, anew] = [event(A, 1, 'consent-granted', { allowed: true }), { ...event(A, 1, 'consent-withdrawn', { allowed: false }), id: idOf(C, 1) }];
  await keepHistory([lost], pool);
  await keepHistory([anew, lost], pool);
  expect(await readHistory(pool, A, 50)).toMatchObject([{ type: 'consent-withdrawn', event: anew.id, allowed: false }]);
  const other = [event(B, 1, 'consent-granted'), { ...event(B, 1, 'consent-refused'), id: idOf(C, 2) }];
  await keepHistory(other, pool);
  await keepHistory(other, pool);
  expect(await types(B)).toEqual(['consent-refused']);
  await keepHistory([event(A, 2, 'person-merged', { purpose: '~person', mergedInto: B })], pool);
  await keepHistory([event(A, 2, 'preferences-changed', { purpose: '~person' })], pool);
  expect(await types(B)).toEqual(['consent-refused']);
});

test('a pause is told by its end, and its own end as such; a wish made while it lasts is a wish', async () => {
  const [until, longer] = ['2026-12-03T10:00:00.000000Z', '2026-12-09T10:00:00.000000Z'];
  const wished = (seq: number, preferences?: object, purpose = 'newsletter'): ConsumedEvent => event(A, seq, 'preferences-changed', { purpose, preferences } as Partial<ConsumedEvent['data']>);
  await keepHistory([event(A, 1, 'consent-granted'), wished(2, { pausedUntil: until }), wished(3, undefined, 'offers'), wished(4, { pausedUntil: until, topics: ['offers'] }), wished(5, { pausedUntil: longer }), wished(6)], pool);
  expect((await readHistory(pool, A, 50)).map(({ pause }) => pause)).toEqual(['ended', { until: new Date(longer) }, undefined, undefined, { until: new Date(until) }, undefined]);
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

test('an act that is heard of while its person is being erased is not kept', async () => {
  await keepHistory([event(A, 1, 'consent-withdrawn')], pool);
  const erasing = await pool.connect();
  await erasing.query('BEGIN');
  await keepHistory([event(A, 2, 'person-erased', { purpose: '~person', erased: true })], erasing);
  const kept = keepActs(pool, { person: A, event: idOf(A, 1) }, [{ system: 'crm', state: 'acted' }]);
  let isKept = false;
  void kept.then(() => (isKept = true));
  const waits = async (): Promise<boolean> => ((await pool.query("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")).rowCount ?? 0) > 0;
  await until(async () => isKept || (await waits()), { timeoutMs: 5_000, what: 'the act to be kept, or to wait' });
  await erasing.query('COMMIT');
  erasing.release();
  await kept;
  expect((await pool.query('SELECT FROM portal.acts')).rowCount).toBe(0);
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

describe('links that were asked for lately', () => {
  const asked = async (...emails: string[]): Promise<void> => {
    for (const email of emails) await pool.query(`WITH ask AS (INSERT INTO portal.mail_asks VALUES (gen_random_uuid(), $1, 'sv', '192.0.2.1', now()) RETURNING id) INSERT INTO portal.mail_links SELECT sha256($1::bytea), id, now() FROM ask`, [email]);
  };
  const left = async (): Promise<string[]> => (await pool.query<{ email: string }>('SELECT a.email FROM portal.mail_asks a JOIN portal.mail_links l ON l.ask = a.id ORDER BY 1')).rows.map(({ email }) => email);
  const signIn = async (email: string, person: string): Promise<Session> => {
    const sessions = sessionsIn(pool);
    const session = (await sessions.find(await sessions.start({ kind: 'email', value: email }))) as Session;
    await sessions.learn(session, person);
    return session;
  };
  beforeEach(() => pool.query('TRUNCATE portal.mail_asks CASCADE'));

  test('by the address with which somebody is here, or for one that he wanted to add, go with his erasure; nobody else’s do', async () => {
    const { id } = await signIn('anna@example.se', A);
    await correctionsIn(pool).start({ person: A, askedBy: { kind: 'email', value: 'anna@example.se' }, session: id, email: 'new@example.se' });
    await asked('anna@example.se', 'new@example.se', 'bo@example.se');
    await keepHistory([event(A, 1, 'person-erased', { purpose: '~person', erased: true })], pool);
    expect(await left()).toEqual(['bo@example.se']);
  });

  test('go where his session is met only after his erasure', async () => {
    const session = await signIn('anna@example.se', C);
    await asked('anna@example.se', 'bo@example.se');
    await pool.query(`INSERT INTO samtycke_consumer.persons (person, kind, version, seq, restricted, erased, suppressed, applied_at) VALUES ($1, 'person', 1, 1, false, true, false, now()) ON CONFLICT DO NOTHING`, [C]);
    await sessionsIn(pool).learn(session, undefined);
    expect(await left()).toEqual(['bo@example.se']);
  });
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

test('a split that only the state told of parts two histories, in whichever order what was before it comes along', async () => {
  await keepHistory([event(A, 1, 'consent-granted'), event(A, 2, 'person-merged', { purpose: '~person', mergedInto: B }), event(B, 1, 'consent-refused')], pool);
  await keepLearnt([event(B, 2, 'person-linked', { purpose: '~person' }).data], pool);
  expect(await types(B)).toHaveLength(3);
  await keepLearnt([event(A, 2, 'person-merged', { purpose: '~person', mergedInto: B }).data, event(A, 3, 'person-split', { purpose: '~person' }).data], pool);
  expect(await types(B)).toEqual(['consent-refused']);
  await keepLearnt([event(A, 3, 'person-split', { purpose: '~person' }).data, event(A, 4, 'person-merged', { purpose: '~person', mergedInto: B }).data], pool);
  expect(await types(B)).toHaveLength(3);
});

describe('a session', () => {
  const PERSON = `INSERT INTO samtycke_consumer.persons (person, kind, version, seq, restricted, erased, suppressed, applied_at) VALUES ($1, 'person', 1, 1, false, true, false, now()) ON CONFLICT DO NOTHING`;

  async function signedIn(value: string, person: string): Promise<{ learn(next: string | undefined): Promise<void>; person(): Promise<string | undefined | null> }> {
    const sessions = sessionsIn(pool);
    const cookie = await sessions.start({ kind: 'email', value });
    const learn = async (next: string | undefined): Promise<void> => {
      const session = await sessions.find(cookie);
      if (session) await sessions.learn(session, next);
    };
    await learn(person);
    const find = async (): Promise<string | undefined | null> => {
      const session = await sessions.find(cookie);
      return session ? session.person : null;
    };
    return { learn, person: find };
  }

  test('of somebody who is found no more ends with his erasure, in whichever order both are heard of', async () => {
    const [before, after] = [await signedIn('anna@example.se', A), await signedIn('bo@example.se', B)];
    await before.learn(undefined);
    expect(await before.person()).toBeUndefined();
    await keepHistory([event(A, 1, 'person-erased', { purpose: '~person', erased: true })], pool);
    await pool.query(PERSON, [B]);
    await after.learn(undefined);
    expect([await before.person(), await after.person()]).toEqual([null, null]);
  });

  test('knows nobody once two people were split, or an address was taken away, until it is looked up again', async () => {
    const [one, other, third] = [await signedIn('anna@example.se', A), await signedIn('bo@example.se', B), await signedIn('cia@example.se', C)];
    await keepHistory([event(A, 1, 'person-split', { purpose: '~person', fact: { other: B, role: 'into' } }), event(B, 1, 'identifiers-changed', { purpose: '~person', fact: { added: [], removed: [{ kind: 'email', id: C }] } })], pool);
    await keepHistory([event(C, 1, 'identifiers-changed', { purpose: '~person', fact: { added: [{ kind: 'email', id: A }], removed: [] } })], pool);
    expect([await one.person(), await other.person(), await third.person()]).toEqual([undefined, undefined, C]);
    await one.learn(B);
    expect(await one.person()).toBe(B);
  });

  test('knows nobody once his state was learnt without its events, until it is looked up again: his address may have been taken away', async () => {
    const [one, other] = [await signedIn('anna@example.se', A), await signedIn('bo@example.se', B)];
    await keepLearnt([event(A, 2, 'identifiers-changed', { purpose: '~person' }).data, event(B, 1, 'consent-granted').data], pool);
    expect([await one.person(), await other.person()]).toEqual([undefined, B]);
    await one.learn(A);
    expect(await one.person()).toBe(A);
  });

  test('that has ended ends its pages, and no other does', async () => {
    const sessions = sessionsIn(pool);
    const hub = createHub();
    const ended: string[] = [];
    const beats: string[] = [];
    const cookies = new Map<string, string>();
    for (const value of ['anna@example.se', 'bo@example.se']) {
      cookies.set(value, await sessions.start({ kind: 'email', value }));
      const session = await sessions.find(cookies.get(value));
      if (session) hub.add({ session, changed: () => undefined, beat: () => beats.push(value), end: () => ended.push(value) });
    }
    const left = await sessions.find(cookies.get('anna@example.se'));
    if (left) await sessions.end(left);
    const stop = beatPages({ hub, sessions, log: pino({ level: 'silent' }) }, 5);
    await until(() => hub.size === 1 && beats.length > 1);
    stop();
    expect([ended, new Set(beats)]).toEqual([['anna@example.se'], new Set(['bo@example.se'])]);
  });
});

test('of one session the oldest page makes room; of all there are so many and no more', () => {
  const hub = createHub();
  const session = (id: number): Session => ({ id: Buffer.from(String(id)), identity: { kind: 'email', value: 'anna@example.se' } });
  const ended: number[] = [];
  const add = (id: number, page = 0): (() => void) | undefined => hub.add({ session: session(id), changed: () => undefined, beat: () => undefined, end: () => void ended.push(page) });
  for (let page = 0; page < 68; page += 1) add(-1, page);
  expect([hub.size, ended]).toEqual([64, [0, 1, 2, 3]]);
  for (let id = 0; hub.size < 10_000; id += 1) add(id);
  expect(add(-2)).toBeUndefined();
});
