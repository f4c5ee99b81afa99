import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Test } from 'supertest';
import { NEWSLETTER, ORIGIN, someone, testApi, type TestApi } from '../setup/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(async () => {
  await api.close();
});
afterEach(() => void jest.restoreAllMocks());

const MINUTES = 60_000;
const DAYS = 1_440 * MINUTES;
const write = (body: unknown, headers?: Record<string, string>) => api.post('/v1/consents', body, api.keys['consents:write'], headers);
const site = (body: unknown, headers: Record<string, string> = {}) => api.post('/v1/consents', body, api.siteKey, { origin: ORIGIN, ...headers });
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
const later = (ms: number): void => {
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + ms);
};
const coded = ({ body }: { body: { decisions: { status: string; code?: string }[] } }) => body.decisions.map(({ status, code }) => [status, code]);

test('a time that this key may not claim makes no "no" late: it acts when it arrives, and dates nothing back', async () => {
  const subject = someone();
  const { body: given } = await write({ subject, ...NEWSLETTER }).expect(201);
  const withdrawn = await write({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }], occurredAt: ago(60 * MINUTES) }).expect(201);
  expect(coded(withdrawn)).toEqual([['withdrawn', undefined]]);
  const { body } = await api.get(`/v1/people/${given.person}/history`, api.keys['audit:read'], { 'samtycke-reason': 'a test' }).expect(200);
  const [first, last] = [body.events.at(0), body.events.at(-1)];
  expect([last.type, last.occurredAt >= first.recordedAt]).toEqual(['consent-withdrawn', true]);
  const late = await api.post('/v1/consents', { subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }], occurredAt: ago(90 * MINUTES) }, api.keys['consents:backdate']);
  expect(late.status).toBeLessThan(300);
});

describe('what is against a grant of the same call blocks no withdrawal', () => {
  const mixed = [{ purpose: 'newsletter', decision: 'withdraw' }, { purpose: 'market-research', decision: 'grant' }];
  const against: [string, object, string][] = [
    ['a time that this key may not claim', { occurredAt: ago(60 * MINUTES) }, 'backdating_not_allowed'],
    ['an unknown context', { capture: { context: 'nowhere', method: 'form' } }, 'context_unknown'],
    ['a file that this key may not bring', { evidence: [{ file: '5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11' }] }, 'evidence_not_allowed'],
    ['an unknown notice', { notice: { id: 'newsletter-signup', version: '9.9', locale: 'sv' } }, 'notice_unknown'],
  ];
  test.each(against)('%s', async (_name, more, code) => {
    const subject = someone();
    await api.post('/v1/consents', { subject, ...NEWSLETTER, occurredAt: ago(120 * MINUTES) }, api.keys['consents:backdate']).expect(201);
    expect(coded(await write({ subject, ...NEWSLETTER, decisions: mixed, ...more }).expect(201))).toEqual([['withdrawn', undefined], ['unknown', code]]);
    expect(coded(await write({ subject, ...NEWSLETTER, decisions: [...mixed].reverse(), ...more }))).toEqual([['unknown', code], ['withdrawn', undefined]]);
  });

  test('a phone number with an extension, behind which are several people', async () => {
    const phone = `+4681${String(Date.now() % 1_000_000).padStart(6, '0')}`;
    await write({ subject: { phone }, ...NEWSLETTER }).expect(201);
    const subject = { phone: `${phone} ext. 12` };
    await write({ subject, ...NEWSLETTER }).expect(400, /invalid_identifier/);
    expect(coded(await write({ subject, ...NEWSLETTER, decisions: mixed }).expect(201))).toEqual([['withdrawn', undefined], ['unknown', 'invalid_identifier']]);
  });

  test('and what was not applied leaves nothing behind: a channel taken from a yes that was refused is a no', async () => {
    const subject = someone();
    const decisions = [
      { purpose: 'electronic-marketing', decision: 'grant', channels: ['app', 'sms'] },
      { purpose: 'statistics', decision: 'grant' },
      { purpose: 'electronic-marketing', decision: 'withdraw', channels: ['sms'] },
    ];
    const answer = await write({ subject, decisions, notice: { id: 'order', version: '1.3', locale: 'sv' } }).expect(201);
    expect(coded(answer)).toEqual([['withdrawn', 'not_applied'], ['unknown', 'wrong_holder'], ['withdrawn', undefined]]);
    const { body } = await api.post('/v1/check', { subject, purpose: 'electronic-marketing' }, api.keys['consents:read']).expect(200);
    expect(body).toMatchObject({ allowed: false, status: 'withdrawn' });
  });

  test('a file that is not there, from a key that may bring files', async () => {
    const subject = someone();
    await write({ subject, ...NEWSLETTER }).expect(201);
    const body = { subject, ...NEWSLETTER, decisions: mixed, evidence: [{ file: '5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11' }] };
    expect(coded(await api.post('/v1/consents', body, api.keys['consents:backdate']).expect(201))).toEqual([['withdrawn', undefined], ['unknown', 'file_unknown']]);
  });

  test('a purpose that cannot be switched, named before it', async () => {
    const subject = someone();
    await write({ subject, ...NEWSLETTER }).expect(201);
    const decisions = [{ purpose: 'contract', decision: 'object' }, { purpose: 'newsletter', decision: 'withdraw' }];
    expect(coded(await write({ subject, decisions }).expect(201))).toEqual([[expect.anything(), 'not_switchable'], ['withdrawn', undefined]]);
    await write({ subject, decisions: decisions.slice(0, 1) }).expect(409, /not_switchable/);
  });

  test('choices that a browser kept for more than a week: the yes of one cookie purpose carries a code, the no of the other holds', async () => {
    const { body: device } = await api.post('/v1/devices', {}, api.siteKey, { origin: ORIGIN }).expect(201);
    const cookies = { subject: { device: device.token }, notice: { id: 'cookies', version: '1.3', locale: 'sv' }, capture: { context: 'cookies', method: 'banner' } };
    await site({ ...cookies, decisions: [{ purpose: 'statistics', decision: 'grant' }] }).expect(201);
    const kept = { ...cookies, decisions: [{ purpose: 'statistics', decision: 'withdraw' }, { purpose: 'site-improvement', decision: 'grant' }], occurredAt: ago(8 * DAYS) };
    expect(coded(await site(kept).expect(201))).toEqual([['withdrawn', undefined], ['unknown', 'occurred_too_long_ago']]);
  });
});

describe('the purposes that a site key is bound to', () => {
  const COOKIES = { notice: { id: 'cookies', version: '1.3', locale: 'sv' }, capture: { context: 'cookies', method: 'banner' } };
  const narrow = async (): Promise<(body: object) => Test> => {
    const { secret } = await api.makeKey({ kind: 'site', owner: 'shop', origins: [ORIGIN], purposes: ['site-improvement'] });
    return (body) => api.post('/v1/consents', { ...COOKIES, ...body }, secret, { origin: ORIGIN });
  };
  const givenDevice = async (): Promise<string> => {
    const { body } = await api.post('/v1/devices', {}, api.siteKey, { origin: ORIGIN }).expect(201);
    await site({ ...COOKIES, subject: { device: body.token }, decisions: [{ purpose: 'statistics', decision: 'grant' }] }).expect(201);
    return body.token;
  };
  const status = async (device: string, purpose = 'statistics') => (await api.post('/v1/check', { subject: { device }, purpose }, api.keys['consents:read'])).body.status;

  test.each(['withdraw', 'refuse', 'object'])('bind no %s of a device that its token vouches for', async (decision) => {
    const [shop, device] = [await narrow(), await givenDevice()];
    expect(coded(await shop({ subject: { device }, decisions: [{ purpose: 'statistics', decision }] }).expect(201))).toEqual([['withdrawn', undefined]]);
    expect(await status(device)).toBe('withdrawn');
  });

  test('bind its yes: alone it is refused, beside a no it carries the code', async () => {
    const [shop, device] = [await narrow(), await givenDevice()];
    await shop({ subject: { device }, decisions: [{ purpose: 'precise-location', decision: 'grant' }] }).expect(403, /purpose_not_allowed/);
    const decisions = [{ purpose: 'precise-location', decision: 'grant' }, { purpose: 'site-improvement', decision: 'grant' }, { purpose: 'statistics', decision: 'withdraw' }];
    expect(coded(await shop({ subject: { device }, decisions }).expect(201))).toEqual([['unknown', 'purpose_not_allowed'], ['unknown', 'not_applied'], ['withdrawn', undefined]]);
    expect([await status(device), await status(device, 'precise-location')]).toEqual(['withdrawn', 'unknown']);
  });

  test('bind what is said for anybody else: an address that was typed, and a device that is named without its token', async () => {
    const [shop, device] = [await narrow(), await givenDevice()];
    const { body } = await api.post('/v1/consents', { subject: { device }, decisions: [{ purpose: 'statistics', decision: 'refuse' }] }, api.keys['consents:write']);
    await shop({ subject: { person: body.person }, decisions: [{ purpose: 'statistics', decision: 'withdraw' }] }).expect(403, /purpose_not_allowed/);
    await shop({ subject: { ...someone(), device }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect(403, /purpose_not_allowed/);
    await shop({ subject: { device }, decisions: [{ purpose: 'marketing-reach', decision: 'lift' }] }).expect(403, /purpose_not_allowed/);
  });
});

describe('a call that was answered gets the first answer again, whatever has changed since', () => {
  test('its claimed time has become one that this key may not claim', async () => {
    const [body, headers] = [{ subject: someone(), ...NEWSLETTER, occurredAt: ago(0) }, { 'idempotency-key': `late-${Math.random()}` }];
    const first = await write(body, headers).expect(201);
    later(6 * MINUTES);
    expect((await write(body, headers).expect(201)).body).toEqual(first.body);
    await write({ ...body, subject: someone() }, headers).expect(422, /idempotency_key_reused/);
    await write(body, { 'idempotency-key': `new-${Math.random()}` }).expect(403, /backdating_not_allowed/);
  });

  test('a website’s call more than a week ago', async () => {
    const [body, headers] = [{ subject: someone(), ...NEWSLETTER, occurredAt: ago(0) }, { 'idempotency-key': `late-${Math.random()}` }];
    await site(body, headers).expect(202, { accepted: true });
    const events = await api.events();
    later(8 * DAYS);
    await site(body, headers).expect(202, { accepted: true });
    expect(await api.events()).toBe(events);
    await site(body, { 'idempotency-key': `new-${Math.random()}` }).expect(422, /occurred_too_long_ago/);
  });
});
