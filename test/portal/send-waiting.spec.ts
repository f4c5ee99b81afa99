import type { Server } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { pino } from 'pino';
import { freshDatabase, until, type FreshDatabase } from '#testing';
import { InTurn } from '#turns';
import { sendWaiting, type SendWaiting } from '../../apps/portal/src/choices/send-waiting.js';
import { askLedgerAt } from '../../apps/portal/src/ledger/ask-ledger.js';
import { ledgerBy } from '../../apps/portal/src/ledger/ledger.js';
import { migratePortal } from '../../apps/portal/src/store/migrate.js';
import { ownerOf, waitingIn, type WaitingRoom } from '../../apps/portal/src/store/waiting.js';
import { fakeLedger, type PortalWorld } from './world.js';

const CHANGE = 'POST /v1/consents';
const TAKEN = { status: 201, body: { person: '0192f8a0-0000-7000-8000-000000000001' } };
const AWAY = { status: 503, body: { code: 'unavailable' } };

let database: FreshDatabase;
let pool: pg.Pool;
let waiting: WaitingRoom;
let ledger: { url: string; server: Server };
let sender: SendWaiting;
let refusing: (email: string) => boolean;
const asked: { email: string; key: string; at: number }[] = [];
const calls: PortalWorld['asked'] = [];
const answers: PortalWorld['answers'] = new Map();

const emailIn = (body: unknown): string => (body as { subject: { email: string } }).subject.email;

beforeAll(async () => {
  database = await freshDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 3 });
  pool.on('error', () => undefined);
  await migratePortal(pool);
  waiting = waitingIn(pool);
  ledger = await fakeLedger(calls, answers);
  answers.set(CHANGE, (body) => {
    const email = emailIn(body);
    asked.push({ email, key: calls.at(-1)?.key ?? '', at: Date.now() });
    return refusing(email) ? AWAY : TAKEN;
  });
});
beforeEach(() => {
  asked.length = 0;
  sender = sendWaiting({ ledger: ledgerBy(askLedgerAt({ apiUrl: ledger.url, apiKey: 'key' })), waiting, log: pino({ level: 'silent' }), onTaken: () => undefined, turns: new InTurn() });
});
afterEach(async () => {
  sender.stop();
  await pool.query('DELETE FROM portal.waiting');
});
afterAll(async () => {
  ledger?.server.close();
  await pool?.end();
  await database?.drop();
});

async function keep(name: string, key = name): Promise<void> {
  const email = `${name}@example.se`;
  await waiting.keep({ key, owner: ownerOf({ kind: 'email', value: email }), purpose: 'newsletter', body: { subject: { email }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }], capture: { context: 'portal-login', method: 'switch', point: 'portal-preferences' } }, evidence: {} });
}
const left = async (): Promise<string[]> => (await pool.query<{ key: string }>('SELECT key FROM portal.waiting ORDER BY number')).rows.map(({ key }) => key);
const names = Array.from({ length: 12 }, (_, n) => `person${n}`);

describe('what waits', () => {
  test('keeps nobody else waiting where the ledger does not take it, and those of one person go in order', async () => {
    refusing = (email) => email.startsWith('anna');
    await keep('anna', 'first');
    await keep('bo');
    await keep('anna', 'second');
    await keep('carl');
    sender.wake();
    await until(async () => (await left()).join() === 'first,second');
    expect(asked.map(({ key }) => key)).not.toContain('second');
    refusing = () => false;
    await until(async () => (await left()).length === 0, { timeoutMs: 30_000 });
    const ofAnna = asked.filter(({ email }) => email.startsWith('anna')).map(({ key }) => key);
    expect(ofAnna.slice(-2)).toEqual(['first', 'second']);
    expect(ofAnna.slice(0, -1)).not.toContain('second');
  });

  test('reaches everybody, however many there are whose changes it never takes', async () => {
    refusing = (email) => !email.startsWith('last');
    const never = names.slice(0, 5);
    for (const name of [...never, 'last']) await keep(name);
    sender.wake();
    await until(async () => !(await left()).includes('last'));
    expect(await left()).toEqual(never);
  });

  test('is not tried one by one while the ledger takes nothing at all; once it does, all of it goes', async () => {
    refusing = () => true;
    for (const name of names) await keep(name);
    sender.wake();
    await until(() => asked.length > 3, { timeoutMs: 30_000 });
    expect((asked[3]?.at ?? 0) - (asked[2]?.at ?? 0)).toBeGreaterThan(1_000);
    refusing = () => false;
    await until(async () => (await left()).length === 0, { timeoutMs: 30_000 });
  });

  test('and comes while others are being sent is sent too', async () => {
    refusing = () => false;
    for (const name of names) await keep(name);
    sender.wake();
    await until(() => asked.length > 0);
    await keep('late');
    sender.wake();
    await until(async () => (await left()).length === 0);
  });
});
