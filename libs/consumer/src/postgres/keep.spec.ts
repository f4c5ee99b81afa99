import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { WHOLE_PERSON, type MessageData } from '#contracts';
import { freshDatabase, until, type FreshDatabase } from '#testing';
import { applySurely, type Result } from '../apply-surely.js';
import type { Received } from '../received.js';
import { pgStore } from './pg-store.js';

let database: FreshDatabase;
let pool: pg.Pool;
beforeEach(async () => {
  database = await freshDatabase();
  pool = new pg.Pool({ connectionString: database.url });
  await pgStore(pool).prepare();
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

const ignore = (): void => undefined;
const around = { topic: 'events', signal: new AbortController().signal, logger: { debug: ignore, info: ignore, warn: ignore, error: ignore }, onDatabase: ignore, onHeld: ignore } as const;

function message(person: string, version: number, data: Partial<MessageData>): Received {
  const at = new Date(Date.now() + version).toISOString();
  const raw = { topic: 'events', partition: 0, offset: String(version), key: null, value: null };
  return { raw, id: randomUUID(), type: 'consent-granted', data: { person, kind: 'person', purpose: 'newsletter', seq: version, version, occurredAt: at, recordedAt: at, hash: '', ...data } };
}

/** An instance of the system applies messages. Its handler ends, and with it its transaction, when `until` does. */
const instance = (messages: Received[], until?: Promise<void>): Promise<Result> =>
  applySurely({ store: pgStore(pool), isMine: () => true, handlers: { onEvent: () => until }, handlerTimeoutMs: 20_000 }, around, messages);

describe('while two instances of a system have the same events, as when a partition changes hands', () => {
  const person = randomUUID();
  const grant = message(person, 1, { allowed: true });
  const erasure = [grant, message(person, 2, { allowed: false }), message(person, 1, { purpose: WHOLE_PERSON, erased: true })];

  test.each([
    ['the erasure comes to the one while the other has not committed a grant', [grant], erasure],
    ['a grant comes to the one while the other has not committed the erasure', erasure, [grant]],
  ])('nothing of an erased person stays where %s', async (_what, first, second) => {
    let release = ignore;
    const slow = instance(first, new Promise((resolve) => void (release = resolve)));
    const states = async () => (await pool.query<{ state: string; waits: string | null }>('SELECT state, wait_event_type AS waits FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()', [database.name])).rows;
    await until(async () => (await states()).some(({ state }) => state === 'idle in transaction'), { what: 'a handler to be under way' });
    let over = false;
    const quick = instance(second).finally(() => (over = true));
    await until(async () => over || (await states()).some(({ waits }) => waits === 'Lock'), { what: 'the other one' });
    release();
    const outcomes = (await Promise.all([slow, quick])).map(({ verdicts }) => verdicts.map(({ outcome }) => outcome));
    expect((await pool.query('SELECT purpose, allowed FROM samtycke_consumer.consent_state')).rows).toEqual([]);
    expect((await pool.query('SELECT erased FROM samtycke_consumer.persons')).rows).toEqual([{ erased: true }]);
    expect(outcomes).toEqual([first.map(() => 'applied'), second === erasure ? ['repeat', 'applied', 'applied'] : ['repeat']]);
  });
});
