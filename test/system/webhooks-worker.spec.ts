import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { changeConsent, newHolderId, uuidv7 } from '#ledger';
import { Lease, sequencePage } from '#outbox';
import { addSystem, readPropagation } from '#propagation';
import { freshLedger, freshTopics, until, type FreshLedger, type FreshTopics } from '#testing';
import { keyringPath, Tokens } from '#vault';
import { newSecret, setWebhook } from '#webhooks';
import { webhookReceiver, type Receiver } from '../setup/webhook-receiver.js';

const folder = mkdtempSync(join(tmpdir(), 'samtycke-webhooks-'));
const alarmSecret = newSecret();
let fresh: FreshLedger;
let topics: FreshTopics;
let relay: string;
let receiver: Receiver;
let alarms: Receiver;
let worker: ChildProcess | undefined;

beforeAll(async () => {
  fresh = await freshLedger();
  topics = freshTopics();
  await topics.create();
  writeFileSync(keyringPath(folder), JSON.stringify(fresh.keyring), { mode: 0o600 });
  relay = (await new Lease(fresh.pool, fresh.id, 'relay', newHolderId()).take())?.fencing ?? '';
  receiver = await webhookReceiver();
  alarms = await webhookReceiver();
});
afterAll(async () => {
  worker?.kill('SIGKILL');
  await Promise.all([receiver.close(), alarms.close(), topics.drop()]);
  await fresh.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The worker as `npm start` runs it. */
function startWorker(): void {
  const own = { NODE_OPTIONS: '', NODE_ENV: 'production', DATABASE_URL: fresh.url, SAMTYCKE_DATA: folder, LOG_DIR: join(folder, 'log'), KAFKA_BROKERS: topics.brokers, KAFKA_TOPIC_PREFIX: topics.prefix };
  const hooks = { WEBHOOK_ALLOW_HOSTS: receiver.host, ALARM_WEBHOOK_URL: alarms.url, ALARM_WEBHOOK_SECRET: alarmSecret };
  worker = spawn(process.execPath, [join(process.cwd(), 'dist/apps/worker/src/main.js')], { env: { ...process.env, ...own, ...hooks }, stdio: 'ignore' });
}

async function objected(person: string): Promise<void> {
  const purpose = fresh.catalogue.purposes.get('marketing-reach');
  if (!purpose) throw new Error('no purpose');
  for (const decision of ['object', 'lift'] as const) {
    await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person, kind: 'person' }], wishes: [{ purpose, decision }], actor: { kind: 'system', id: 'crm' }, evidence: {} }));
  }
  while ((await sequencePage(fresh.pool, fresh.id, relay)).length > 0);
}

const register = async (system: string, deadlineMs: number): Promise<string> => {
  await addSystem(fresh.pool, fresh.id, { id: system, purposes: ['marketing-reach'], deadlineMs });
  return (await setWebhook({ pool: fresh.pool, ledger: fresh.id, tokens: new Tokens(fresh.keyring.origin, fresh.keyring.tokens) }, { system, url: receiver.url, rotate: false })) ?? '';
};

const statesOf = async (person: string) => (await readPropagation(fresh.pool, fresh.id, person, { after: 0, limit: 10 })).events.map(({ systems }) => systems.map(({ state }) => state));

test('a worker that is killed while an event is on its way delivers it again with the same id, in order; the acknowledgement is heard on Kafka', async () => {
  while ((await sequencePage(fresh.pool, fresh.id, relay)).length > 0);
  const secret = await register('crm', 60_000);
  const person = newHolderId();
  receiver.answer = () => 'hang';
  await objected(person);
  startWorker();
  await until(() => receiver.all.length === 1, { timeoutMs: 30_000, what: 'an event on its way' });
  worker?.kill('SIGKILL');
  receiver.answer = () => ({ status: 204 });
  startWorker();
  await until(() => receiver.taken.length === 2, { timeoutMs: 30_000, what: 'both events' });
  expect(receiver.taken.map(({ data }) => data.version)).toEqual([1, 2]);
  expect(receiver.taken[0]?.id).toBe(receiver.all[0]?.id);
  for (const { body, headers } of receiver.all) new Webhook(secret).verify(body, headers);
  await until(async () => (await statesOf(person)).flat().join() === 'acted,acted', { timeoutMs: 20_000, what: 'the acknowledgements' });
  const { rows } = await fresh.pool.query('SELECT FROM webhook_queue');
  expect(rows).toEqual([]);
}, 90_000);

test('a breach is told to the alarm address, signed, without any person in it; and told again when the system has acted', async () => {
  await register('shop', 100);
  const person = newHolderId();
  receiver.answer = () => 'hang';
  let refusals = 1;
  alarms.answer = () => ({ status: (refusals -= 1) >= 0 ? 500 : 204 });
  await objected(person);
  const overdue = await until(() => alarms.taken.find(({ type }) => type === 'samtycke.acknowledgement-overdue'), { timeoutMs: 30_000, what: 'the alarm' });
  expect(alarms.all.filter(({ id }) => id === overdue.id)).toHaveLength(2);
  receiver.answer = () => ({ status: 204 });
  const resolved = await until(() => alarms.taken.find(({ type }) => type === 'samtycke.acknowledgement-resolved'), { timeoutMs: 40_000, what: 'its end' });
  for (const { body, headers } of [overdue, resolved]) {
    expect(new Webhook(alarmSecret).verify(body, headers)).toMatchObject({ data: { count: 1, systems: { shop: 1 }, acknowledgements: [{ system: 'shop', purpose: 'marketing-reach', event: expect.any(String), dueAt: expect.any(String) }] } });
    expect(body).not.toContain(person);
  }
  expect(alarms.taken).toHaveLength(2);
}, 90_000);

test("an alarm says which breaches are the canary's", async () => {
  receiver.answer = () => 'hang';
  const canary = newHolderId();
  await fresh.pool.query(`INSERT INTO canaries VALUES ($1, $2, 'person', now())`, [fresh.id, canary]);
  await objected(canary);
  const alarm = await until(() => alarms.taken.at(2), { timeoutMs: 30_000, what: 'the alarm' });
  expect(JSON.parse(alarm.body)).toMatchObject({ type: 'samtycke.acknowledgement-overdue', data: { count: 1, canary: 1, systems: { shop: 1 }, acknowledgements: [{ system: 'shop', canary: true }] } });
}, 60_000);
