import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { someone, NEWSLETTER, ORIGIN, testApi, type TestApi } from '../setup/api.js';

const LIMIT = 12;
let api: TestApi;
beforeAll(async () => {
  process.env.TRUST_PROXY = '127.0.0.1';
  api = await testApi({ limits: { devices: LIMIT, choices: LIMIT } });
});
afterAll(async () => {
  delete process.env.TRUST_PROXY;
  await api.close();
});

let networks = 0;
const network = (): string => `10.9.${(networks += 1)}.7`;
const create = (source: string) => api.post('/v1/devices', undefined, api.siteKey, { origin: ORIGIN, 'x-forwarded-for': source });
const device = async (): Promise<string> => (await create(network()).expect(201)).body.token;
const site = (source: string, body: object, headers: Record<string, string> = {}) => api.post('/v1/consents', body, api.siteKey, { origin: ORIGIN, 'x-forwarded-for': source, ...headers });
const COOKIES = { notice: { id: 'cookies', version: '1.3', locale: 'sv' }, capture: { context: 'cookies', method: 'banner' } };
const says = (token: string, ...decisions: [string, string][]) => ({ subject: { device: token }, decisions: decisions.map(([purpose, decision]) => ({ purpose, decision })), ...COOKIES });
const status = async (token: string, purpose = 'statistics') => (await api.post('/v1/check', { subject: { device: token }, purpose }, api.keys['consents:read'])).body.status;

/** So many choices at once that the next one of this source is over the limit; as many as the limit are taken, however they come. */
async function exhaust(source: string): Promise<void> {
  const tokens = await Promise.all(Array.from({ length: LIMIT + 5 }, device));
  const answers = await Promise.all(tokens.map((token) => site(source, says(token, ['statistics', 'grant']))));
  expect(answers.filter((answer) => answer.status === 201)).toHaveLength(LIMIT);
  for (const answer of answers.filter((one) => one.status !== 201)) expect(answer).toMatchObject({ status: 429, body: { code: 'too_many_requests' }, headers: { 'retry-after': expect.any(String) } });
}

test('what devices of one source say yes to has a limit; their no has none, and neither has another source', async () => {
  const [source, token] = [network(), await device()];
  await site(network(), says(token, ['site-improvement', 'grant'])).expect(201);
  await exhaust(source);
  await site(source, says(token, ['statistics', 'grant'])).expect(429, /too_many_requests/);
  await site(source, says(token, ['site-improvement', 'withdraw'], ['analytics-segmentation', 'refuse'])).expect(201);
  expect([await status(token), await status(token, 'site-improvement')]).toEqual(['unknown', 'withdrawn']);
  await site(network(), says(token, ['statistics', 'grant'])).expect(201);
});

test('a website that names a device by its id alone says no for it, never yes', async () => {
  const { body: made } = await create(network()).expect(201);
  await site(network(), says(made.token, ['site-improvement', 'grant'])).expect(201);
  const named = (...decisions: object[]) => site(network(), { subject: { person: made.device }, decisions, ...COOKIES });
  await named({ purpose: 'statistics', decision: 'grant' }).expect(422, /wrong_holder/);
  await named({ purpose: 'statistics', decision: 'grant' }, { purpose: 'site-improvement', decision: 'withdraw' }).expect(202);
  expect([await status(made.token), await status(made.token, 'site-improvement')]).toEqual(['unknown', 'withdrawn']);
});

test('beside a no the yes carries its code, and the no is taken; with a typed address it is left out in the same way', async () => {
  const [source, token] = [network(), await device()];
  await exhaust(source);
  const { body } = await site(source, says(token, ['statistics', 'grant'], ['site-improvement', 'refuse'])).expect(201);
  expect(body.decisions).toMatchObject([{ purpose: 'statistics', status: 'unknown', allowed: false, code: 'too_many_requests' }, { purpose: 'site-improvement', status: 'refused' }]);
  const typed = { subject: { ...someone(), device: token }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }, { purpose: 'statistics', decision: 'grant' }] };
  await site(source, { ...COOKIES, ...typed }).expect(202);
  await site(source, { ...COOKIES, ...typed, decisions: [{ purpose: 'statistics', decision: 'grant' }] }).expect(429, /too_many_requests/);
  expect(await status(token)).toBe('unknown');
});

test('a retry of an answered choice counts for nothing, and gets its answer above the limit too', async () => {
  const [source, token] = [network(), await device()];
  const headers = { 'idempotency-key': 'banner-1' };
  const first = await site(source, says(token, ['statistics', 'grant']), headers).expect(201);
  const others = await Promise.all(Array.from({ length: LIMIT }, device));
  for (const other of others) await site(source, says(other, ['statistics', 'grant']));
  expect((await site(source, says(token, ['statistics', 'grant']), headers).expect(201)).body).toEqual(first.body);
});

test('new devices of one source have a limit', async () => {
  const source = network();
  const answers = await Promise.all(Array.from({ length: LIMIT + 3 }, () => create(source)));
  expect(answers.filter((answer) => answer.status === 201)).toHaveLength(LIMIT);
  expect(answers.filter((answer) => answer.status === 429)).toHaveLength(3);
  await create(network()).expect(201);
});

test('a system’s own calls about devices are not counted', async () => {
  const token = await device();
  for (let calls = 0; calls < LIMIT * 2; calls += 1) await api.post('/v1/consents', says(token, ['statistics', calls % 2 ? 'withdraw' : 'grant']), api.keys['consents:write']).expect(201);
  await api.post('/v1/consents', { subject: someone(), ...NEWSLETTER }, api.keys['consents:write']).expect(201);
});
