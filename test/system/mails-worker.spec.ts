import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newHolderId } from '#ledger';
import { Lease, sequencePage } from '#outbox';
import { startMailServer, until, type MailServer } from '#testing';
import { keyringPath } from '#vault';
import { NEWSLETTER, ORIGIN, someone, testApi, type TestApi } from '../setup/api.js';

const folder = mkdtempSync(join(tmpdir(), 'samtycke-mails-'));
let api: TestApi;
let server: MailServer;
let relay: string;
let worker: ChildProcess | undefined;

beforeAll(async () => {
  [api, server] = await Promise.all([testApi(), startMailServer()]);
  writeFileSync(keyringPath(folder), JSON.stringify(api.fresh.keyring), { mode: 0o600 });
  relay = (await new Lease(api.fresh.pool, api.fresh.id, 'relay', newHolderId()).take())?.fencing ?? '';
});
afterAll(async () => {
  worker?.kill('SIGKILL');
  await Promise.all([server.close(), api.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** The worker as `npm start` runs it. */
function startWorker(): void {
  const own = { NODE_OPTIONS: '', NODE_ENV: 'production', DATABASE_URL: api.fresh.url, SAMTYCKE_DATA: folder, LOG_DIR: join(folder, 'log'), SMTP_URL: server.url, KAFKA_BROKERS: '' };
  worker = spawn(process.execPath, [join(process.cwd(), 'dist/apps/worker/src/main.js')], { env: { ...process.env, ...own }, stdio: 'ignore' });
}

async function asked(): Promise<string> {
  const { email } = someone();
  await api.post('/v1/consents', { subject: { email }, ...NEWSLETTER }, api.siteKey, { origin: ORIGIN }).expect(202);
  while ((await sequencePage(api.fresh.pool, api.fresh.id, relay)).length > 0);
  return email;
}

/** Noted, not only said by the server: a note on its way when the worker is killed would move the next try behind the test's. */
const isPutOff = async (): Promise<boolean> => (await api.fresh.pool.query('SELECT FROM due_mails WHERE tries > 0')).rowCount === 1;

/** Where the catalogue says that the company is written to. */
const COMPANY = 'marketing@advansor.dk';

test('a complaint reaches the company by mail though the worker is killed between the commit and the mail', async () => {
  const { body } = await api.post('/v1/consents', { subject: someone(), ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  await api.post(`/v1/people/${body.person}/complaints`, { text: 'Ni ringde mig', country: 'SE' }, api.keys['people:write']).expect(201);
  while ((await sequencePage(api.fresh.pool, api.fresh.id, relay)).length > 0);
  let refusals = 0;
  server.answer = (word) => (word === 'RCPT TO' && (refusals += 1) > 0 ? '450 later' : undefined);
  startWorker();
  await until(isPutOff, { timeoutMs: 30_000, what: 'the mail to be put off' });
  expect(refusals).toBe(1);
  worker?.kill('SIGKILL');
  server.answer = () => undefined;
  await api.fresh.pool.query('UPDATE due_mails SET due_at = now()');
  startWorker();
  await until(() => server.taken.length > 0, { timeoutMs: 30_000, what: 'the mail to the company' });
  expect(server.taken.splice(0)).toEqual([COMPANY]);
  // Else it goes once more, as after every kill between a mail and its note, and among those of the next test.
  await until(async () => (await api.fresh.pool.query('SELECT FROM due_mails')).rowCount === 0, { timeoutMs: 10_000, what: 'the note that it has gone' });
  worker?.kill('SIGKILL');
}, 90_000);

test('one address that its server puts off holds up nobody’s confirmation, and its mail is still due after the worker was killed', async () => {
  const greylisted = await asked();
  let refusals = 0;
  server.answer = (word, to) => (word === 'RCPT TO' && to === greylisted && (refusals += 1) > 0 ? '450 later' : undefined);
  startWorker();
  await until(isPutOff, { timeoutMs: 30_000, what: 'the mail to be put off' });
  expect(refusals).toBe(1);
  const others = [await asked(), await asked()];
  await until(() => server.taken.length === 2, { timeoutMs: 10_000, what: 'the mails of the others' });
  expect(server.taken.sort()).toEqual(others.sort());
  // Else they go once more, as after every kill between a mail and its note.
  await until(async () => (await api.fresh.pool.query('SELECT FROM due_mails')).rowCount === 1, { timeoutMs: 10_000, what: 'the notes that they have gone' });
  worker?.kill('SIGKILL');
  server.answer = () => undefined;
  await api.fresh.pool.query('UPDATE due_mails SET due_at = now()');
  startWorker();
  await until(() => server.taken.includes(greylisted), { timeoutMs: 30_000, what: 'the mail that was put off' });
  expect([refusals, server.taken.length]).toEqual([1, 3]);
}, 90_000);
