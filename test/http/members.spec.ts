import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NEWSLETTER, ORIGIN, someone, testApi, type TestApi } from '../setup/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(async () => {
  await api.close();
});

const write = (body: object) => api.post('/v1/consents', body, api.keys['consents:write']);
const rights = (person: string, path: string, body: object) => api.post(`/v1/people/${person}/${path}`, body, api.keys['people:write']);
const preferences = (person: string, body: object) => api.put(`/v1/people/${person}/preferences`, body, api.keys['consents:write']);
const last = async (person: string) => (await api.get(`/v1/people/${person}/history`, api.keys['audit:read'], { 'samtycke-reason': 'test' })).body.events.at(-1);
const ORDER = { notice: { id: 'order', version: '1.3', locale: 'sv' } };
const given = async (more: object = NEWSLETTER): Promise<string> => (await write({ subject: someone(), ...more }).expect(201)).body.person;

describe('null is the same as absent', () => {
  const nothing = { notice: null, capture: null, occurredAt: null, evidence: null };

  test.each(['withdraw', 'refuse'])('in a "no", which then takes all: %s', async (decision) => {
    const market = { decisions: [{ purpose: 'market-research', decision: 'grant' }], ...ORDER };
    const person = await given(market);
    const { body } = await write({ subject: { person, email: null, device: null }, decisions: [{ purpose: 'market-research', decision, channels: null, partners: null }], ...nothing }).expect(201);
    expect(body.decisions).toMatchObject([{ status: 'withdrawn', allowed: false }]);
  });

  test('in a grant, whose event holds no null', async () => {
    const decisions = [{ purpose: 'newsletter', decision: 'grant', channels: null, partners: null }];
    const person = await given({ ...NEWSLETTER, decisions, capture: { context: 'newsletter-signup', method: null, point: null, url: null }, occurredAt: null });
    expect(JSON.stringify(await last(person))).not.toContain('null');
    expect(await last(person)).toMatchObject({ type: 'consent-granted', capture: { context: 'newsletter-signup' } });
    await api.post('/v1/consents', { subject: { ...someone(), device: null }, ...NEWSLETTER, decisions }, api.siteKey, { origin: ORIGIN }).expect(202);
  });

  test('in a question', async () => {
    const person = await given();
    const { body } = await api.post('/v1/check', { subject: { person }, purpose: 'newsletter', channel: null, partner: null }, api.keys['consents:read']).expect(200);
    expect(body).toMatchObject({ allowed: true });
  });

  test('in what a person asks for; where null means something it goes on meaning it', async () => {
    const person = await given();
    await rights(person, 'restrict', { ground: 'eu-gdpr:A18-1-a', until: null, end: null, text: null }).expect(200);
    await rights(person, 'restrict', { ground: 'eu-gdpr:A18-1-a', end: true, until: null }).expect(200);
    await rights(person, 'rectify', { add: { email: null, customer: `c-${Math.random()}` }, remove: null, text: null }).expect(200);
    await preferences(person, { suppressed: true }).expect(200);
    await preferences(person, { suppressed: null }).expect(422, /nothing_to_change/);
    await preferences(person, { suppressedChannels: null }).expect(422, /nothing_to_change/);
    await preferences(person, { purpose: null, suppressed: false }).expect(200);
    await preferences(person, { purpose: 'newsletter', frequency: 'monthly' }).expect(200);
    expect((await last(person)).after.preferences).toMatchObject({ frequency: 'monthly' });
    await preferences(person, { purpose: 'newsletter', frequency: null }).expect(200);
    expect((await last(person)).after.preferences ?? {}).not.toHaveProperty('frequency');
    expect((await rights(person, 'holds', { ground: 'claim', until: null }).expect(201)).body).not.toHaveProperty('until');
    await rights(person, 'erase', { ground: null, kept: null }).expect((answer) => expect(answer.status).toBeLessThan(500));
  });

  test('but not in a list, nor for a member that must be there', async () => {
    await write({ subject: someone(), ...NEWSLETTER, decisions: [null] }).expect(400, /invalid_body/);
    await write({ subject: someone(), ...NEWSLETTER, decisions: [{ purpose: 'newsletter', decision: null }] }).expect(400, /invalid_body/);
    await write({ subject: null, ...NEWSLETTER }).expect(400, /invalid_body/);
  });
});

describe('a time of no year from 1 to 9999', () => {
  test.each(['9999-12-31T23:59:59-12:00', '9999-12-31T23:59:59.5-00:01', '0001-01-01T00:00:00+05:00', '0000-06-01T00:00:00Z'])('%s is refused, and nothing is written', async (time) => {
    const person = await given();
    const before = await api.events();
    await write({ subject: { person }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }], occurredAt: time }).expect(400, /invalid_body/);
    await rights(person, 'restrict', { ground: 'eu-gdpr:A18-1-a', until: time }).expect(400, /invalid_body/);
    await preferences(person, { pausedUntil: time }).expect(400, /invalid_body/);
    await rights(person, 'holds', { ground: 'claim', until: time }).expect(400, /invalid_body/);
    await api.get(`/v1/people/${person}/consents?asOf=${encodeURIComponent(time)}`, api.keys['consents:read']).expect(400, /invalid_body/);
    expect(await api.events()).toBe(before);
  });

  test('a hold ends at a time of any offset, and never in the past', async () => {
    const person = await given();
    const { body } = await rights(person, 'holds', { ground: 'claim', until: '2999-01-01T00:00:00+23:00' }).expect(201);
    expect(body.until).toBe('2998-12-31T01:00:00.000Z');
    await rights(person, 'holds', { ground: 'claim', until: '2020-01-01T00:00:00Z' }).expect(422, /hold_in_past/);
  });

  test('the last one of them is taken', async () => {
    await rights(await given(), 'restrict', { ground: 'eu-gdpr:A18-1-a', until: '9999-12-31T23:59:59Z' }).expect(200);
  });
});

describe('what a query cannot mean is 400', () => {
  test.each(['2026-11-22T10Z', '2026-11-22T1000Z', '2026-11-22T10:00:00,5Z', '2026-11-22T10.5Z', '2026-W10-1T10:00:00Z', '2026-326T10:00:00Z', '0000-01-01'])('a time such as %s', async (time) => {
    const person = await given();
    for (const name of ['asOf', 'knownAt']) await api.get(`/v1/people/${person}/consents?${name}=${time}`, api.keys['consents:read']).expect(400, /invalid_body/);
    for (const name of ['from', 'to']) await api.get(`/v1/consents/search?purpose=newsletter&notice=newsletter-signup&version=1.3&${name}=${time}`, api.keys['audit:read'], { 'samtycke-reason': 'test' }).expect(400, /invalid_body/);
  });

  test('a place beyond every seq', async () => {
    const person = await given();
    for (const path of ['history?', 'proof?format=json&']) {
      await api.get(`/v1/people/${person}/${path}cursor=99999999999`, api.keys['audit:read'], { 'samtycke-reason': 'test' }).expect(400, /invalid_body/);
    }
    await api.get(`/v1/people/${person}/history?cursor=2147483647`, api.keys['audit:read'], { 'samtycke-reason': 'test' }).expect(200);
  });
});

test('the ledger’s own stream is nobody: no right, wish, hold or address can be written to it', async () => {
  const nobody = '00000000-0000-0000-0000-000000000000';
  const before = await api.events();
  await preferences(nobody, { suppressed: true }).expect(404, /person_unknown/);
  await rights(nobody, 'restrict', { ground: 'eu-gdpr:A18-1-a' }).expect(404, /person_unknown/);
  await rights(nobody, 'erase', {}).expect(404, /person_unknown/);
  await rights(nobody, 'complaints', { text: 'no' }).expect(404, /person_unknown/);
  await rights(nobody, 'rectify', { add: someone() }).expect(404, /person_unknown/);
  await rights(nobody, 'holds', { ground: 'claim' }).expect(404, /person_unknown/);
  expect(await api.events()).toBe(before);
});
