import { setMaxListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Pool } from 'pg';
import { pino } from 'pino';
import { Webhook } from 'standardwebhooks';
import { decideFact } from '#consent';
import { messageData, type LedgerEvent } from '#contracts';
import { createPool, KEYED_LOOKUPS } from '#database';
import { changeConsent, newHolderId, personCall, streamsOf, uuidv7 } from '#ledger';
import { Lease, readLog, sequencePage, type Term } from '#outbox';
import { addSystem, readPropagation, type Act } from '#propagation';
import { freshLedger, freshTopics, until, type FreshLedger } from '#testing';
import { Tokens } from '#vault';
import { listParked, listWebhooks, Reach, readCounts, removeWebhook, retryParked, setWebhook } from '#webhooks';
import type { BackOff } from '../../apps/worker/src/webhooks/back-off.js';
import { Queue } from '../../apps/worker/src/webhooks/queue.js';
import { webhooks } from '../../apps/worker/src/webhooks/run-webhooks.js';
import { webhookReceiver, type Receiver } from '../setup/webhook-receiver.js';

const SOON: BackOff = { delays: [20, 40], forMs: 3_600_000 };
const DAY_MS = 86_400_000;

let fresh: FreshLedger;
let pool: Pool;
let relay: string;
let receiver: Receiver;
let tokens: Tokens;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  fresh = await freshLedger();
  pool = createPool({ url: fresh.url, name: 'worker', max: 5, settings: { ...KEYED_LOOKUPS, role: 'samtycke_worker' } });
  relay = (await new Lease(fresh.pool, fresh.id, 'relay', newHolderId()).take())?.fencing ?? '';
  tokens = new Tokens(fresh.keyring.origin, fresh.keyring.tokens);
  receiver = await webhookReceiver();
  await sequenced();
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await receiver.close();
  await pool.end();
  await fresh.close();
});

async function sequenced(): Promise<void> {
  while ((await sequencePage(fresh.pool, fresh.id, relay)).length > 0);
}

async function register(system = 'crm', purposes: string[] | undefined = ['marketing-reach'], rotate = false): Promise<string> {
  await addSystem(fresh.pool, fresh.id, { id: system, deadlineMs: 60_000, ...(purposes && { purposes }) });
  return (await setWebhook({ pool: fresh.pool, ledger: fresh.id, tokens }, { system, url: receiver.url, rotate })) ?? '';
}

async function decided(person: string, decision: 'object' | 'lift' | 'refuse'): Promise<void> {
  const purpose = fresh.catalogue.purposes.get(decision === 'refuse' ? 'newsletter' : 'marketing-reach');
  if (!purpose) throw new Error('no purpose');
  await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person, kind: 'person' }], wishes: [{ purpose, decision }], actor: { kind: 'system', id: 'crm' }, evidence: {} }));
}

async function erased(person: string): Promise<void> {
  const purposes = [...fresh.catalogue.purposes.values()].filter(({ holder }) => holder === 'person');
  const decide = (view: Parameters<Parameters<typeof personCall>[0]['decide']>[0]) => decideFact({ kind: 'erase', reason: 'erased', ground: 'eu-gdpr:A17-1-b', kept: [] }, view.person, streamsOf(view, purposes), view.recordedAt);
  await fresh.ledger.append(personCall({ request: uuidv7(), holder: { person, kind: 'person' }, actor: { kind: 'operator', id: 'someone' }, purposes, decide }));
}

/** Objects and lifts in turn: each an event of its own. */
async function turns(person: string, count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await decided(person, turn % 2 === 0 ? 'object' : 'lift');
}

/** The worker's deliveries, led by whoever takes the lease now: as after a change of leaders. */
async function lead(backOff: BackOff = SOON, timeoutMs = 1_000, kafka?: { brokers: string[]; prefix: string }): Promise<{ stop: () => Promise<void>; term: Term }> {
  await fresh.pool.query(`UPDATE leases SET expires_at = '-infinity' WHERE role = 'worker'`);
  const { fencing = '' } = (await new Lease(fresh.pool, fresh.id, 'worker', newHolderId()).take()) ?? {};
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const term: Term = { fencing, signal: over.signal, leads: () => !over.signal.aborted, end: () => over.abort() };
  const running = webhooks({ pool, ledger: fresh.id, log: pino({ level: process.env.TEST_LOG ?? 'silent' }), tokens, posting: { reach: new Reach(['127.0.0.0/8']), timeoutMs }, backOff, ...(kafka && { kafka }) }).run(term);
  const stop = async (): Promise<void> => {
    over.abort();
    await running;
  };
  stops.push(stop);
  return { stop, term };
}

const versions = (received: { data: { person: string; version: number } }[], person: string): number[] => received.filter(({ data }) => data.person === person).map(({ data }) => data.version);
const actsOf = async (person: string): Promise<Act[]> => (await readPropagation(fresh.pool, fresh.id, person, { after: 0, limit: 100 })).events.flatMap(({ systems }) => systems);
const hook = async () => (await listWebhooks({ pool: fresh.pool, ledger: fresh.id })).get('crm');
const OPEN = `SELECT FROM webhook_queue WHERE state <> 'parked' UNION ALL SELECT FROM webhooks w WHERE w.next <= (SELECT max(idx) FROM leaves)`;
const settled = () => until(async () => (await fresh.pool.query(OPEN)).rowCount === 0, { what: 'an empty queue', timeoutMs: 20_000 });

describe('a system with a webhook', () => {
  test("is told each event of its purposes and of the whole person: the Kafka message's data as a CloudEvent, signed by Standard Webhooks", async () => {
    const secret = await register();
    const person = newHolderId();
    await decided(person, 'object');
    await decided(person, 'refuse');
    await sequenced();
    await lead();
    await settled();
    await erased(person);
    await sequenced();
    await until(() => receiver.taken.some(({ type }) => type === 'person-erased'), { what: 'the erasure' });
    await settled();
    expect(receiver.taken.map(({ data: { purpose } }) => purpose).sort()).not.toContain('newsletter');
    const log = (await readLog(fresh.pool, fresh.id, 0, 100)).filter(({ event }) => event.person === person && ['marketing-reach', '~person'].includes(event.purpose));
    expect(receiver.taken.map(({ id }) => id).sort()).toEqual([...new Set(receiver.taken.map(({ id }) => id))].sort());
    for (const { body, headers } of receiver.taken) {
      expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
      const said = new Webhook(secret).verify(body, headers) as Record<string, unknown>;
      const leaf = log.find(({ event }) => event.event === headers['webhook-id']);
      if (!leaf) throw new Error('an event that is none of its own');
      const { event, index } = leaf;
      expect(said).toEqual({
        specversion: '1.0', id: event.event, source: `https://${event.ledger}`, type: event.type, subject: `${person}/${event.purpose}`, time: event.occurredAt, recordedtime: event.recordedAt, partitionkey: person,
        sequence: String(event.version).padStart(10, '0'), logindex: String(index).padStart(12, '0'), dataschema: `https://${event.ledger}/schemas/${event.type}/1`, datacontenttype: 'application/json',
        data: JSON.parse(JSON.stringify(messageData(event as LedgerEvent, leaf.hash))),
      });
    }
    expect(await readCounts(fresh.pool, fresh.id)).toEqual([expect.objectContaining({ system: 'crm', outcome: 'delivered', deliveries: receiver.taken.length })]);
  });

  test('acknowledges by its 2xx, at the time that it came or that its body states, with the outcome that it states; nonsense in it is passed over', async () => {
    const at = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
    const bodies = ['', 'OK', '[1]', 'null', JSON.stringify({ outcome: 'parked' }), JSON.stringify({ appliedAt: at(-2) }), JSON.stringify({ outcome: 'done', appliedAt: at(-DAY_MS / 1_000) }), JSON.stringify({ appliedAt: at(9_999) })];
    await register();
    const people = bodies.map(() => newHolderId());
    receiver.answer = ({ data }) => ({ status: 200, body: bodies[people.indexOf(data.person)] });
    for (const person of people) await decided(person, 'object');
    await sequenced();
    const before = Date.now();
    await lead();
    await settled();
    const acts = (await Promise.all(people.map(actsOf))).map((all) => all[0]);
    expect(acts.map((act) => act?.state)).toEqual(['acted', 'acted', 'acted', 'acted', 'parked', 'acted', 'acted', 'acted']);
    expect(acts[5]?.appliedAt).toBe(JSON.parse(bodies[5] ?? '').appliedAt);
    for (const place of [0, 1, 2, 3, 6, 7]) expect(Date.parse(acts[place]?.appliedAt ?? '')).toBeGreaterThanOrEqual(before);
  });

  test('whose secret is rotated gets signatures of both for a day, then of the new one alone; the table holds neither as it is', async () => {
    const old = await register();
    const secret = await register('crm', ['marketing-reach'], true);
    const { rows } = await fresh.pool.query('SELECT * FROM webhooks');
    for (const one of [old, secret]) expect(JSON.stringify(rows)).not.toContain(one.slice(6));
    await decided(newHolderId(), 'object');
    await sequenced();
    await lead();
    await settled();
    const [first] = receiver.taken;
    for (const one of [old, secret]) new Webhook(one).verify(first?.body ?? '', first?.headers ?? {});
    await fresh.pool.query('UPDATE webhooks SET old_until = $1', [new Date(Date.now() - 1)]);
    await decided(newHolderId(), 'object');
    await sequenced();
    await until(() => receiver.taken.length === 2);
    const second = receiver.taken[1];
    new Webhook(secret).verify(second?.body ?? '', second?.headers ?? {});
    expect(() => new Webhook(old).verify(second?.body ?? '', second?.headers ?? {})).toThrow();
  });
});

test.each([1, 3])('each person hears his events in order and every one of them, however the receiver fails (%i)', async (seed) => {
  let state = seed;
  const chance = (): number => ((state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31);
  receiver.answer = () => {
    const drawn = chance();
    if (drawn < 0.1) return 'break';
    if (drawn < 0.12) return 'hang';
    return { status: drawn < 0.5 ? [500, 404, 302, 429, 503][Math.floor(drawn * 10)] ?? 500 : 200 };
  };
  await register();
  const people = Array.from({ length: 12 }, () => newHolderId());
  await Promise.all(people.slice(0, 6).map((person) => turns(person, 5)));
  await sequenced();
  await lead();
  await Promise.all(people.slice(6).map((person) => turns(person, 5)));
  await sequenced();
  await until(() => receiver.taken.length >= 60, { timeoutMs: 40_000, what: 'sixty events' });
  await settled();
  for (const person of people) {
    expect([...new Set(versions(receiver.taken, person))]).toEqual([1, 2, 3, 4, 5]);
    const heard = versions(receiver.all, person);
    expect([...heard].sort()).toEqual(heard);
  }
}, 60_000);

test('a person whose event fails holds up nobody else; after its time it is parked, said so, and his next one goes out', async () => {
  await register();
  const [stuck, ...others] = Array.from({ length: 40 }, () => newHolderId());
  if (stuck === undefined) throw new Error('nobody');
  receiver.answer = ({ data }) => (data.person === stuck && data.version === 1 ? { status: 500 } : { status: 204 });
  await turns(stuck, 2);
  for (const person of others) await decided(person, 'object');
  await sequenced();
  const patient = await lead();
  await until(() => receiver.taken.length === others.length, { what: 'all others' });
  expect(versions(receiver.taken, stuck)).toEqual([]);
  await until(() => versions(receiver.all, stuck).length > 2, { what: 'several tries' });
  await patient.stop();
  await fresh.pool.query(`UPDATE webhook_queue SET first_at = first_at - interval '3 days', due_at = now() WHERE state = 'waiting'`);
  await lead({ delays: [20], forMs: 3 * DAY_MS });
  await until(() => versions(receiver.taken, stuck).length === 1, { what: 'the second event' });
  expect(versions(receiver.taken, stuck)).toEqual([2]);
  await settled();
  const parked = await listParked(fresh.pool, fresh.id, 'crm');
  expect(parked).toEqual([expect.objectContaining({ person: stuck, version: 1, problem: '500' })]);
  expect((await hook())?.parked).toBe(1);
  // It would come after its successor: nothing is sent, nothing stays.
  receiver.answer = () => ({ status: 204 });
  expect(await retryParked(fresh.pool, fresh.id, { system: 'crm' })).toHaveLength(1);
  await settled();
  expect(await listParked(fresh.pool, fresh.id, 'crm')).toEqual([]);
  expect(versions(receiver.taken, stuck)).toEqual([2]);
});

test('a parked event is told as such, and delivered when it is tried again and nothing newer was', async () => {
  await register();
  const person = newHolderId();
  receiver.answer = () => ({ status: 500 });
  await decided(person, 'object');
  await sequenced();
  await lead({ delays: [10], forMs: 50 });
  await until(async () => (await actsOf(person))[0]?.state === 'parked', { what: 'the acknowledgement' });
  receiver.answer = () => ({ status: 204 });
  await until(async () => (await retryParked(fresh.pool, fresh.id, { system: 'crm' })).length === 1);
  await until(async () => (await actsOf(person))[0]?.state === 'acted', { what: 'the other acknowledgement' });
  expect(await listParked(fresh.pool, fresh.id, 'crm')).toEqual([]);
});

test('a parked event that is tried again is passed over, too, while nobody has heard on Kafka that a later one was taken', async () => {
  const topics = freshTopics();
  await topics.create();
  await register();
  const person = newHolderId();
  receiver.answer = ({ data: { version } }) => (version === 1 ? { status: 200, body: JSON.stringify({ outcome: 'parked' }) } : { status: 204 });
  await turns(person, 2);
  await sequenced();
  await lead(SOON, 1_000, { brokers: topics.brokers.split(','), prefix: topics.prefix });
  stops.push(() => topics.drop());
  await settled();
  expect(versions(receiver.taken, person)).toEqual([1, 2]);
  expect(await retryParked(fresh.pool, fresh.id, { system: 'crm' })).toHaveLength(1);
  await settled();
  expect(versions(receiver.taken, person)).toEqual([1, 2]);
});

test('what a system did is told though its webhook was taken away before anybody could hear it; what it was yet to be told is forgotten, and nothing stays', async () => {
  await register();
  const [acted, parked, waits] = [newHolderId(), newHolderId(), newHolderId()];
  receiver.answer = ({ data: { person } }) => (person === parked ? { status: 200, body: JSON.stringify({ outcome: 'parked' }) } : { status: person === waits ? 500 : 204 });
  for (const person of [acted, parked, waits]) await decided(person, 'object');
  await sequenced();
  const unheard = await lead({ delays: [3_600_000], forMs: DAY_MS }, 1_000, { brokers: ['127.0.0.1:9'], prefix: 'away' });
  const states = async () => (await fresh.pool.query<{ state: string }>('SELECT state FROM webhook_queue ORDER BY idx')).rows.map(({ state }) => state);
  const tried = async () => (await fresh.pool.query<{ tries: number }>('SELECT tries FROM webhook_queue WHERE person = $1', [waits])).rows[0]?.tries;
  await until(async () => (await states()).join() === 'delivered,given-up,waiting' && (await tried()) === 1, { what: 'all three tries' });
  expect(await removeWebhook({ pool: fresh.pool, ledger: fresh.id }, 'crm')).toBe(true);
  await register();
  expect([(await hook())?.parked, await listParked(fresh.pool, fresh.id, 'crm')]).toEqual([0, []]);
  await unheard.stop();
  await lead();
  await until(async () => (await states()).length === 0, { what: 'an empty queue' });
  expect((await Promise.all([acted, parked, waits].map(actsOf))).map(([act]) => act?.state)).toEqual(['acted', 'parked', 'waiting']);
});

test('of a webhook that is taken away while its next events are taken up nothing stays, whichever of the two is first', async () => {
  await register();
  const queue = async () => new Queue(pool, fresh.id, 'crm', (await fresh.pool.query<{ fencing: string }>(`SELECT fencing FROM leases WHERE role = 'worker'`)).rows[0]?.fencing ?? '');
  await (await lead()).stop();
  await decided(newHolderId(), 'object');
  await sequenced();
  const remover = await fresh.pool.connect();
  try {
    await remover.query('BEGIN');
    await remover.query('DELETE FROM webhooks');
    const taking = (await queue()).takeUp();
    await until(async () => (await fresh.pool.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).rowCount === 1, { what: 'one who waits for the other' });
    await remover.query('DELETE FROM webhook_queue');
    await remover.query('COMMIT');
    await taking;
  } finally {
    remover.release(true);
  }
  expect((await fresh.pool.query('SELECT FROM webhook_queue')).rowCount).toBe(0);
});

test('an event that the receiver says it parked is listed and can be tried again; what comes after it goes on', async () => {
  await register();
  const [one, two, gone] = [newHolderId(), newHolderId(), newHolderId()];
  receiver.answer = ({ data: { person, purpose, version } }) => ((person === gone ? purpose === '~person' : version === 1) ? { status: 200, body: JSON.stringify({ outcome: 'parked' }) } : { status: 204 });
  await turns(one, 1);
  await turns(two, 2);
  await erased(gone);
  await sequenced();
  await lead({ delays: [3_600_000], forMs: DAY_MS });
  await settled();
  expect((await actsOf(one))[0]?.state).toBe('parked');
  expect(versions(receiver.taken, two)).toEqual([1, 2]);
  const parked = await listParked(fresh.pool, fresh.id, 'crm');
  expect(parked.map(({ person }) => person)).toEqual([one, two, gone]);
  for (const each of parked) expect(each).toMatchObject({ tries: 1, problem: 'parked by the receiver' });
  receiver.taken.length = 0;
  receiver.answer = () => ({ status: 204 });
  expect(await retryParked(fresh.pool, fresh.id, { system: 'crm' })).toHaveLength(3);
  await settled();
  // The second person's would come after its successor.
  expect(receiver.taken.map(({ data }) => data.person).sort()).toEqual([one, gone].sort());
  for (const person of [one, gone]) expect((await actsOf(person)).map(({ state }) => state)).toContain('acted');
  expect(await listParked(fresh.pool, fresh.id, 'crm')).toEqual([]);
});

test('an erasure waits for nothing: what could not be delivered of the person is not delivered after it, and is acknowledged with it', async () => {
  await register();
  const person = newHolderId();
  receiver.answer = ({ type }) => ({ status: type === 'person-erased' ? 204 : 500 });
  await turns(person, 3);
  await sequenced();
  await lead({ delays: [3_600_000], forMs: DAY_MS });
  await until(() => receiver.all.length === 1);
  await erased(person);
  await sequenced();
  await settled();
  expect(receiver.taken.map(({ type }) => type)).toEqual(['person-erased']);
  expect(new Set((await actsOf(person)).map(({ state }) => state))).toEqual(new Set(['acted']));
});

test('410 disables a webhook and loses nothing: registered again, it is told what happened meanwhile', async () => {
  await register();
  receiver.answer = () => ({ status: 410 });
  const [one, other] = [newHolderId(), newHolderId()];
  await decided(one, 'object');
  await sequenced();
  await lead();
  await until(async () => (await hook())?.state === 'disabled', { what: 'a disabled webhook' });
  expect(receiver.all).toHaveLength(1);
  await decided(other, 'object');
  await sequenced();
  receiver.answer = () => ({ status: 204 });
  expect(await register()).toBe('');
  await until(() => receiver.taken.length === 2, { what: 'both events' });
  expect((await hook())?.state).toBe('active');
});

test('registered again, a webhook has three days from its first answer: what was tried long ago under the one that was gone, or before, is not parked by one failure', async () => {
  await register();
  const [one, other] = [newHolderId(), newHolderId()];
  receiver.answer = ({ data }) => ({ status: data.person === one ? 410 : 503 });
  await decided(other, 'object');
  await sequenced();
  const { stop } = await lead({ delays: [3_600_000], forMs: DAY_MS });
  await until(async () => (await readCounts(fresh.pool, fresh.id)).some(({ outcome }) => outcome === 'refused'), { what: 'a refusal' });
  await decided(one, 'object');
  await sequenced();
  await until(async () => (await hook())?.state === 'disabled', { what: 'a disabled webhook' });
  await stop();
  const tried = async () => (await fresh.pool.query<{ tries: number; first_at: Date | null }>('SELECT tries, first_at FROM webhook_queue ORDER BY idx')).rows;
  expect(await tried()).toEqual([{ tries: 1, first_at: expect.any(Date) }, { tries: 0, first_at: null }]);
  await fresh.pool.query(`UPDATE webhook_queue SET first_at = first_at - interval '4 days'`);
  await register();
  expect(await tried()).toEqual([{ tries: 0, first_at: null }, { tries: 0, first_at: null }]);
  receiver.answer = () => ({ status: 503 });
  await lead({ delays: [3_600_000], forMs: DAY_MS });
  await until(async () => (await tried()).every(({ tries }) => tries === 1), { what: 'a failure of each' });
  expect(await hook()).toMatchObject({ state: 'active', waiting: 2, parked: 0 });
  const before = await tried();
  await register();
  await until(async () => (await tried()).every(({ tries, first_at: at }, which) => tries === 1 && Number(at) > Number(before[which]?.first_at)), { what: 'a first failure of each, once more' });
});

describe('registered again at the same address', () => {
  const tries = async () => (await readCounts(fresh.pool, fresh.id)).reduce((sum, { deliveries }) => sum + deliveries, 0);

  /** An event on its way while the webhook is registered again, of whoever has been tried for longer than is tried. */
  async function registeredMeanwhile(...removed: true[]): Promise<void> {
    receiver.answer = () => 'hang';
    await register();
    await decided(newHolderId(), 'object');
    await sequenced();
    await lead({ delays: [3_600_000], forMs: 0 }, 20_000);
    await until(() => receiver.all.length === 1, { what: 'an event on its way' });
    receiver.answer = () => ({ status: 204 });
    if (removed.length > 0) await removeWebhook({ pool: fresh.pool, ledger: fresh.id }, 'crm');
    await register();
  }

  test.each([
    ['410', { status: 410 }],
    ['503 with a rest, after all the time that there is,', { status: 503, headers: { 'retry-after': '600' } }],
    ['word that it was parked', { status: 200, body: '{"outcome":"parked"}' }],
  ])('a webhook is as new: a late %s to what was on its way before disables, parks and puts off nothing', async (_what, { status, headers, body }: { status: number; headers?: Record<string, string>; body?: string }) => {
    await registeredMeanwhile();
    receiver.all[0]?.response.writeHead(status, headers).end(body);
    await until(async () => (await tries()) > 0, { what: 'the late answer' });
    await until(() => receiver.taken.length === 1, { what: 'the event' });
    expect(await hook()).toMatchObject({ state: 'active', parked: 0 });
    await settled();
  });

  test('after it was removed, what was on its way before disables nothing either', async () => {
    await registeredMeanwhile(true);
    receiver.all[0]?.response.writeHead(410).end();
    await until(async () => (await tries()) > 0, { what: 'the late answer' });
    await decided(newHolderId(), 'object');
    await sequenced();
    await until(() => receiver.taken.length === 1, { what: 'an event of somebody else' });
    expect((await hook())?.state).toBe('active');
  });

  test('a webhook is asked at once, whatever rest its receiver had wished for', async () => {
    await register();
    receiver.answer = () => ({ status: 503, headers: { 'retry-after': '600' } });
    await decided(newHolderId(), 'object');
    await sequenced();
    await lead({ delays: [3_600_000], forMs: DAY_MS });
    await until(async () => (await tries()) === 1, { what: 'a refusal' });
    receiver.answer = () => ({ status: 204 });
    await register();
    await until(() => receiver.taken.length === 1, { what: 'the event' });
  });
});

test('under a corrected address everything comes at once, without waiting out the back-off of the wrong one', async () => {
  await register();
  receiver.answer = () => ({ status: 404 });
  const person = newHolderId();
  await turns(person, 3);
  await sequenced();
  await lead({ delays: [3_600_000], forMs: DAY_MS });
  await until(async () => (await readCounts(fresh.pool, fresh.id)).some(({ deliveries }) => deliveries > 0), { what: 'a vain try' });
  receiver.answer = () => ({ status: 204 });
  const api = createPool({ url: fresh.url, name: 'api', max: 1, settings: { role: 'samtycke_api' } });
  await setWebhook({ pool: api, ledger: fresh.id, tokens }, { system: 'crm', url: `${receiver.url}/right`, rotate: false });
  await api.end();
  await until(() => receiver.taken.length === 3, { what: 'three events' });
  expect(versions(receiver.taken, person)).toEqual([1, 2, 3]);
});

test('what was never tried is not held back by a clock that ran ahead when it was taken up; what failed keeps its back-off', async () => {
  await register();
  const [one, failed] = [newHolderId(), newHolderId()];
  receiver.answer = () => ({ status: 500 });
  await turns(failed, 2);
  await sequenced();
  const ahead = await lead({ delays: [3_600_000], forMs: DAY_MS });
  await until(async () => (await readCounts(fresh.pool, fresh.id)).length === 1, { what: 'a refusal' });
  await ahead.stop();
  await turns(one, 2);
  await sequenced();
  await new Queue(pool, fresh.id, 'crm', ahead.term.fencing).takeUp();
  const dueOf = async (person: string) => (await fresh.pool.query<{ due_at: Date }>('SELECT due_at FROM webhook_queue WHERE person = $1 ORDER BY idx', [person])).rows;
  const before = await dueOf(failed);
  await fresh.pool.query(`UPDATE webhook_queue SET due_at = due_at + interval '1 hour' WHERE person = $1`, [one]);
  receiver.answer = () => ({ status: 204 });
  await lead({ delays: [3_600_000], forMs: DAY_MS });
  await until(() => receiver.taken.length === 2, { what: 'both events' });
  expect(versions(receiver.taken, one)).toEqual([1, 2]);
  expect(await dueOf(failed)).toEqual(before);
});

test('what failed under a clock that ran ahead waits no longer than what fails now may, and has its three days from now', async () => {
  await register();
  const [ahead, usual] = [newHolderId(), newHolderId()];
  receiver.answer = () => ({ status: 500 });
  await turns(ahead, 2);
  await turns(usual, 1);
  await sequenced();
  const { stop } = await lead({ delays: [3_600_000], forMs: DAY_MS });
  await until(async () => (await readCounts(fresh.pool, fresh.id))[0]?.deliveries === 2, { what: 'a refusal of each' });
  await stop();
  await fresh.pool.query(`UPDATE webhook_queue SET due_at = due_at + interval '30 days', first_at = first_at + interval '30 days' WHERE person = $1`, [ahead]);
  const rowOf = async (person: string) => (await fresh.pool.query<{ due_at: Date; first_at: Date; tries: number }>('SELECT due_at, first_at, tries FROM webhook_queue WHERE person = $1 ORDER BY idx LIMIT 1', [person])).rows[0];
  const before = await rowOf(usual);
  await lead({ delays: [3_600_000], forMs: DAY_MS });
  await until(async () => (await rowOf(ahead))?.tries === 2, { what: 'another try' });
  expect(Number((await rowOf(ahead))?.first_at)).toBeLessThanOrEqual(Date.now());
  expect(await rowOf(usual)).toEqual(before);
});

describe('at a corrected address', () => {
  let old: Receiver;
  beforeEach(async () => {
    old = await webhookReceiver(() => 'hang');
    await register();
    await moveTo(old);
  });
  afterEach(() => old.close());

  const moveTo = ({ url }: Receiver) => setWebhook({ pool: fresh.pool, ledger: fresh.id, tokens }, { system: 'crm', url, rotate: false });
  const answerLate = (status: number, headers: Record<string, string> = {}) => old.all[0]?.response.writeHead(status, headers).end();
  const tries = async () => (await readCounts(fresh.pool, fresh.id)).reduce((sum, { deliveries }) => sum + deliveries, 0);

  /** An event on its way to the old address while the other one is registered. */
  async function movedMeanwhile(): Promise<void> {
    await decided(newHolderId(), 'object');
    await sequenced();
    await lead({ delays: [3_600_000], forMs: DAY_MS }, 20_000);
    await until(() => old.all.length === 1, { what: 'an event on its way' });
    await moveTo(receiver);
  }

  test('a 410 of the old one disables nothing', async () => {
    await movedMeanwhile();
    answerLate(410);
    await until(async () => (await tries()) > 0, { what: 'the late answer' });
    expect((await hook())?.state).toBe('active');
    await until(() => receiver.taken.length === 1, { what: 'the event' });
  });

  test('nobody waits out the rest of the old one', async () => {
    old.answer = () => ({ status: 503, headers: { 'retry-after': '600' } });
    await decided(newHolderId(), 'object');
    await sequenced();
    await lead({ delays: [3_600_000], forMs: DAY_MS });
    await until(async () => (await tries()) === 1, { what: 'a refusal' });
    await moveTo(receiver);
    await until(() => receiver.taken.length === 1, { what: 'the event' });
  });

  test('a late failure of the old one puts nothing off', async () => {
    await movedMeanwhile();
    await decided(newHolderId(), 'object');
    await sequenced();
    await until(() => receiver.taken.length === 1, { what: 'an event of somebody else' });
    answerLate(503, { 'retry-after': '600' });
    await until(() => receiver.taken.length === 2, { what: 'the event that failed at the old one' });
    await settled();
  });
});

test('after an outage everything comes at once, without waiting out its back-off', async () => {
  await register();
  await receiver.close();
  const people = Array.from({ length: 10 }, () => newHolderId());
  await Promise.all(people.map((person) => turns(person, 3)));
  await sequenced();
  await lead({ delays: [3_600_000], forMs: DAY_MS });
  await until(async () => (await readCounts(fresh.pool, fresh.id)).some(({ outcome, deliveries }) => outcome === 'unreachable' && deliveries > 1), { what: 'two vain tries' });
  await receiver.open();
  await until(() => receiver.taken.length === 30, { what: 'thirty events', timeoutMs: 20_000 });
  for (const person of people) expect(versions(receiver.taken, person)).toEqual([1, 2, 3]);
});

test('a new leader goes on where the old one was, and what the old one writes afterwards counts for nothing', async () => {
  await register();
  const person = newHolderId();
  receiver.answer = () => 'hang';
  await turns(person, 2);
  await sequenced();
  await lead();
  await until(() => receiver.all.length === 1, { what: 'an event on its way' });
  receiver.answer = () => ({ status: 204 });
  await lead();
  await until(() => receiver.taken.length === 2, { what: 'both events' });
  await settled();
  expect(versions(receiver.taken, person)).toEqual([1, 2]);
  expect(receiver.all[0]?.id).toBe(receiver.taken[0]?.id);
  const { rows } = await fresh.pool.query('SELECT FROM webhook_queue');
  expect(rows).toEqual([]);
});
