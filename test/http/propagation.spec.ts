import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { forgetLost, lostFrom, noteLost } from '#outbox';
import { keepAcks } from '#propagation';
import { addCounts } from '#webhooks';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(async () => {
  await api.close();
});

const systems = (path = '') => `/v1/systems${path}`;
async function requestDelete(path: string, key: string): Promise<number> {
  const { statusCode } = await api.app.getHttpAdapter().getInstance().inject({ method: 'DELETE', url: path, headers: { authorization: `Bearer ${key}` } });
  return statusCode;
}
const WHY = { 'samtycke-reason': 'a test' };

test('a system is registered, listed and removed by whoever may; what is wrong is said with a code', async () => {
  const write = api.keys['systems:write'];
  await api.put(systems('/mailer'), { purposes: ['newsletter'], deadlineMs: 5_000 }, write).expect(204);
  expect([await requestDelete(systems('/%00'), write), await requestDelete(systems('/Mailer'), write)]).toEqual([404, 404]);
  await api.put(systems('/mailer'), { purposes: ['newsletter'], deadlineMs: 2_000 }, write).expect(204);
  const { body } = await api.get(systems(), api.keys['audit:read']).expect(200);
  expect(body.systems).toEqual([{ id: 'mailer', purposes: ['newsletter'], deadlineMs: 2_000, addedAt: expect.any(String), overdue: 0 }]);
  await api.put(systems('/mailer'), { purposes: ['astrology'], deadlineMs: 5_000 }, write).expect(422, /purpose_unknown/);
  await api.put(systems('/Mailer'), { deadlineMs: 5_000 }, write).expect(400, /invalid_system/);
  await api.put(systems('/mailer'), { deadlineMs: 1 }, write).expect(400, /invalid_body/);
  await api.put(systems('/mailer'), { deadlineMs: 2_592_000_001 }, write).expect(400, /invalid_body/);
  await api.put(systems('/mailer'), { deadlineMs: 2_592_000_000 }, write).expect(204);
  await api.put(systems('/mailer'), { deadlineMs: 5_000 }, api.keys['consents:write']).expect(403, /scope_missing/);
  expect(await requestDelete(systems('/nobody'), write)).toBe(404);
  expect(await requestDelete(systems('/mailer'), write)).toBe(204);
});

test('a webhook is registered with its system: its secret is shown once, never listed; a private address is refused', async () => {
  const write = api.keys['systems:write'];
  const put = (body: object) => api.put(systems('/caller'), { purposes: ['newsletter'], deadlineMs: 60_000, ...body }, write);
  for (const webhook of ['http://crm.example.com/', 'https://169.254.169.254/latest', 'https://localhost:1@10.0.0.1/', 'nonsense']) await put({ webhook }).expect(400, /invalid_system/);
  await put({ rotateSecret: true }).expect(400, /invalid_system/);
  const { body: first } = await put({ webhook: 'https://crm.example.com/hook/token' }).expect(200);
  expect(first).toEqual({ secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) });
  await put({ webhook: 'https://crm.example.com/hook/token' }).expect(204);
  await put({}).expect(204);
  const { body: second } = await put({ webhook: 'https://crm.example.com/hook/token', rotateSecret: true }).expect(200);
  expect(second.secret).not.toBe(first.secret);
  const { text, body } = await api.get(systems(), api.keys['audit:read']).expect(200);
  expect(body.systems).toContainEqual(expect.objectContaining({ id: 'caller', webhook: { host: 'crm.example.com', state: 'active', waiting: 0, parked: 0 } }));
  expect(text).not.toMatch(/whsec|token/);
  const metrics = await api.get('/metrics').expect(200);
  expect(metrics.text).toContain('samtycke_webhook_waiting{system="caller"} 0');
  await put({ webhook: null }).expect(204);
  expect((await api.get(systems(), api.keys['audit:read'])).body.systems.find(({ id }: { id: string }) => id === 'caller')).not.toHaveProperty('webhook');
  expect(await requestDelete(systems('/caller'), write)).toBe(204);
});

test('deliveries that the worker counted are a counter and a histogram of the api', async () => {
  await addCounts(api.fresh.pool, api.fresh.id, 'caller', [{ outcome: 'delivered', seconds: 0.02 }, { outcome: 'delivered', seconds: 20 }, { outcome: 'refused', seconds: 0.3 }]);
  await addCounts(api.fresh.pool, api.fresh.id, 'caller', [{ outcome: 'delivered', seconds: 0.04 }]);
  const { text } = await api.get('/metrics').expect(200);
  for (const line of ['samtycke_webhook_deliveries_total{system="caller",outcome="delivered"} 3', 'samtycke_webhook_deliveries_total{system="caller",outcome="refused"} 1', 'samtycke_webhook_seconds_bucket{system="caller",outcome="delivered",le="0.025"} 1', 'samtycke_webhook_seconds_bucket{system="caller",outcome="delivered",le="10"} 2', 'samtycke_webhook_seconds_bucket{system="caller",outcome="delivered",le="+Inf"} 3', 'samtycke_webhook_seconds_count{system="caller",outcome="delivered"} 3']) expect(text).toContain(line);
});

test('whether systems were told of what the ledger has lost is a number to alert on, until that is settled', async () => {
  const { pool, id } = api.fresh;
  const found = async (): Promise<string | undefined> => /^samtycke_lost_events_found (\d)/m.exec((await api.get('/metrics').expect(200)).text)?.[1];
  expect(await found()).toBe('0');
  await noteLost(pool, id, 7);
  await noteLost(pool, id, 9);
  expect([await found(), await lostFrom(pool, id)]).toEqual(['1', 7]);
  await forgetLost(pool, id, 8);
  expect(await found()).toBe('1');
  await forgetLost(pool, id, 7);
  expect(await found()).toBe('0');
});

test('who acted on an event of a person, and after how long, is told as it was stated; the reading leaves a trace', async () => {
  await api.put(systems('/mailer'), { purposes: ['newsletter'], deadlineMs: 60_000 }, api.keys['systems:write']).expect(204);
  const { body: given } = await api.post('/v1/consents', { subject: someone(), ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  const [{ event, recordedAt, purpose, version }] = given.decisions;
  const ask = (headers: Record<string, string>) => api.get(`/v1/people/${given.person}/propagation`, api.keys['audit:read'], headers);
  await ask({}).expect(400, /reason_required/);
  expect((await ask(WHY).expect(200)).body.events[0]).toMatchObject({ event, purpose, type: 'consent-granted', systems: [{ system: 'mailer', state: 'waiting', deadlineMs: 60_000 }] });
  const appliedAt = new Date(Date.parse(recordedAt) + 12).toISOString();
  await keepAcks(api.fresh.pool, api.fresh.id, [{ system: 'mailer', event, person: given.person, purpose, version, outcome: 'applied', appliedAt }]);
  expect((await ask(WHY).expect(200)).body.events[0].systems).toEqual([{ system: 'mailer', state: 'acted', appliedAt, afterMs: expect.any(Number), deadlineMs: 60_000 }]);
  const { rows } = await api.fresh.pool.query(`SELECT what, reason FROM reads WHERE person = $1`, [given.person]);
  expect(rows).toEqual([{ what: 'propagation', reason: 'a test' }, { what: 'propagation', reason: 'a test' }]);
  await api.get('/v1/people/5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11/propagation', api.keys['audit:read'], WHY).expect(404, /person_unknown/);
  await api.get(`/v1/people/${given.person}/propagation`, api.keys['people:read'], WHY).expect(403, /scope_missing/);
});

test('a system in which people are signed in asks who acted on one event; asking again is the same reading, and nothing else is told', async () => {
  const decide = async (subject: object, body: object) => (await api.post('/v1/consents', { subject, ...body }, api.keys['consents:write']).expect(201)).body;
  const [mine, other] = [someone(), someone()];
  const { person } = await decide(mine, NEWSLETTER);
  const { decisions: [{ event }] } = await decide(mine, { decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] });
  const { decisions: [foreign] } = await decide(other, NEWSLETTER);
  const ask = (id: string) => api.get(`/v1/people/${person}/propagation?event=${id}`, api.keys['people:read'], WHY);
  const ack = (system: string, outcome: 'applied' | 'not-mine') => ({ system, event, person, purpose: 'newsletter', version: 2, outcome, appliedAt: new Date().toISOString() });
  await keepAcks(api.fresh.pool, api.fresh.id, [ack('mailer', 'applied'), ack('counter', 'not-mine')]);
  const { body } = await ask(event).expect(200);
  expect(body.events).toEqual([expect.objectContaining({ event, systems: expect.arrayContaining([expect.objectContaining({ system: 'mailer', state: 'acted' }), expect.objectContaining({ system: 'counter', state: 'not-mine' })]) })]);
  await ask(event).expect(200);
  const { rows } = await api.fresh.pool.query('SELECT what FROM reads WHERE person = $1', [person]);
  expect(rows).toEqual([{ what: 'propagation' }]);
  await ask(foreign.event).expect(404, /event_unknown/);
  await ask('nothing').expect(400, /invalid_body/);
});

test('delays of all systems are told to whoever may, over a day at most, and name nobody', async () => {
  const { body: given } = await api.post('/v1/consents', { subject: someone(), ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  const { body: taken } = await api.post('/v1/consents', { subject: { person: given.person }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }, api.keys['consents:write']).expect(201);
  const [{ event, recordedAt, version }] = taken.decisions;
  await keepAcks(api.fresh.pool, api.fresh.id, [{ system: 'clerk', event, person: given.person, purpose: 'newsletter', version, outcome: 'applied', appliedAt: new Date(Date.parse(recordedAt) + 400).toISOString() }]);
  const ask = (minutes: number, key = api.keys['systems:write']) => api.get(`/v1/propagation?since=${new Date(Date.now() - minutes * 60_000).toISOString()}`, key);
  const { body, text } = await ask(30).expect(200);
  const { slowestMs } = body.systems.find(({ system }: { system: string }) => system === 'clerk');
  expect(slowestMs).toBeGreaterThanOrEqual(399);
  expect(slowestMs).toBeLessThanOrEqual(401);
  expect(text).not.toContain(given.person);
  await api.get('/v1/propagation', api.keys['audit:read']).expect(200);
  await ask(1_439).expect(200);
  await ask(1_500).expect(400, /invalid_body/);
  await ask(-10).expect(400, /invalid_body/);
  await api.get('/v1/propagation?since=yesterday', api.keys['audit:read']).expect(400, /invalid_body/);
  await ask(5, api.keys['people:read']).expect(403, /scope_missing/);
  await api.get('/v1/propagation').expect(401, /key_missing/);
});
