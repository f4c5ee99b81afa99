import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import request from 'supertest';
import { definitionOf, loadCatalogue, validateCatalogue, type Catalogue, type Purpose } from '#catalogue';
import { messageData, messageHeaders, type LedgerEvent } from '#contracts';
import { nowMicros, timeText } from '#ledger';
import { loadCatalogueInto } from '#setup';
import { nextVersion, until } from '#testing';
import { tokenHash, Tokens } from '#vault';
import { lapse } from '../../apps/worker/src/lapse.js';
import { NEWSLETTER, ORIGIN, someone, testApi, type TestApi } from '../setup/api.js';

const FROM = timeText(nowMicros() + 86_400_000_000);
const SHARED: Purpose = {
  id: 'local-sharing', controller: 'advansor-as', holder: 'person', basis: 'se-local:x-1', choice: 'grant-withdraw', channels: ['app', 'sms'], partners: true,
  validMonths: 6, countries: ['SE'], retention: { until: 'consent-ends' }, proofMonths: 24,
};

/** A catalogue with a purpose that the code knows nothing about, an archived one, a draft, and two further notices. */
function tomorrow(): Catalogue {
  const signup = nextVersion(loadCatalogue(), 'newsletter-signup', '1.4', { change: 'material', from: FROM });
  const cookies = nextVersion(signup, 'cookies', '1.4', { change: 'editorial' });
  const next = nextVersion(cookies, 'business-event', '1.4', { change: 'material' });
  next.purposes.push(SHARED);
  next.partners.push({ id: 'example-partner', name: 'Example' });
  next.texts.purposes[SHARED.id] = Object.fromEntries(next.locales.map((locale) => [locale, { title: 'x', summary: 'x' }]));
  next.defaultNotices[SHARED.id] = { id: 'newsletter-signup', version: '1.4' };
  for (const { document } of next.notices) {
    if (document.id === 'newsletter-signup') document.purposes = [...document.purposes, { id: SHARED.id, definition: definitionOf(SHARED) }].sort((one, other) => (one.id < other.id ? -1 : 1));
  }
  return { ...next, purposeStates: { 'market-research': 'archived', personalisation: 'draft' }, archivedNotices: [{ id: 'contact', version: '1.2' }] };
}

let api: TestApi;
let before: { email: string };
let waiting: Awaited<ReturnType<typeof requested>>;
/** What was answered for the past before the catalogue changed. */
let past: { path: string; body: { consents: { purpose: string }[] } };
beforeAll(async () => {
  api = await testApi();
  before = someone();
  const decisions = ['newsletter', 'market-research'].map((purpose) => ({ purpose, decision: 'grant' }));
  const { body } = await write({ subject: before, ...NEWSLETTER, decisions }).expect(201);
  const path = `/v1/people/${body.person}/consents?asOf=${timeText(nowMicros())}&knownAt=${timeText(nowMicros())}`;
  past = { path, body: (await api.get(path, api.keys['consents:read']).expect(200)).body };
  waiting = await requested('business-event');
  const next = tomorrow();
  expect(validateCatalogue(next)).toMatchObject({ valid: true });
  await loadCatalogueInto(api.fresh.options, next, { leadMs: 0 });
  await until(async () => (await api.get('/v1/purposes')).body.purposes.some((one: { id: string }) => one.id === SHARED.id));
});
afterAll(async () => {
  await api.close();
});

const write = (body: unknown) => api.post('/v1/consents', body, api.keys['consents:write']);
const check = (subject: object, purpose: string, more: object = {}) => api.post('/v1/check', { subject, purpose, ...more }, api.keys['consents:read']);
const purposes = async (query = ''): Promise<string[]> => (await api.get(`/v1/purposes${query}`).expect(200)).body.purposes.map((one: { id: string }) => one.id);
/** A request by a website, and the path of the link in its mail. */
async function requested(id: string, expiresAt = new Date(Date.now() + 86_400_000)): Promise<{ subject: { email: string }; path: string }> {
  const subject = someone();
  await api.post('/v1/consents', { subject, ...NEWSLETTER, notice: { id, version: '1.3', locale: 'sv' } }, api.siteKey, { origin: ORIGIN }).expect(202);
  const { rows } = await api.fresh.pool.query<{ person: string; event: string }>(`SELECT person, event FROM events WHERE type = 'request-opened' ORDER BY recorded_at DESC LIMIT 1`);
  const token = new Tokens(api.fresh.keyring.origin, api.fresh.keyring.tokens).confirmation(rows[0]?.event ?? '');
  const values = [api.fresh.id, tokenHash(token), rows[0]?.person, 'newsletter', rows[0]?.event, expiresAt];
  await api.fresh.pool.query('INSERT INTO tokens (ledger, hash, person, purpose, event, expires_at) VALUES ($1, $2, $3, $4, $5, $6)', values);
  return { subject, path: `/c/${token}` };
}

const press = (path: string) => request(api.app.getHttpServer()).post(path);
const NOTICE = { id: 'newsletter-signup', version: '1.4', locale: 'sv' };

describe('what is offered', () => {
  test('is neither a draft nor archived, and no purpose that does not exist in the country', async () => {
    const all = await purposes();
    expect(all).toContain('newsletter');
    for (const hidden of ['market-research', 'personalisation']) expect(all).not.toContain(hidden);
    expect(await purposes('?country=SE')).toContain(SHARED.id);
    expect(await purposes('?country=DK')).not.toContain(SHARED.id);
    expect(await purposes('?country=DK')).toContain('newsletter');
    await api.get('/v1/purposes?country=sweden').expect(400, /invalid/);
  });

  test('is the newest notice, so that people are asked again before a material change counts; older ones stay readable', async () => {
    for (const id of ['newsletter-signup', 'cookies']) expect((await api.get(`/v1/notices/${id}?locale=da`).expect(200)).body.version).toBe('1.4');
    expect((await api.get('/v1/notices/newsletter-signup?version=1.3&locale=sv').expect(200)).body.version).toBe('1.3');
  });
});

describe('what can be given', () => {
  test('until its day also under the version that a material change is going to replace', async () => {
    await write({ subject: someone(), ...NEWSLETTER }).expect(201);
    await write({ subject: someone(), ...NEWSLETTER, notice: NOTICE }).expect(201);
  });

  test('is no draft and nothing archived; withdrawing what was given before works', async () => {
    for (const purpose of ['market-research', 'personalisation']) {
      const refused = await write({ subject: someone(), ...NEWSLETTER, decisions: [{ purpose, decision: 'grant' }] }).expect(422);
      expect(refused.body).toMatchObject({ code: 'purpose_not_active', purpose });
    }
    expect((await check(before, 'market-research').expect(200)).body).toMatchObject({ allowed: true, status: 'given' });
    const gone = await write({ subject: before, decisions: [{ purpose: 'market-research', decision: 'withdraw' }] }).expect(201);
    expect(gone.body.decisions[0]).toMatchObject({ status: 'withdrawn', allowed: false });
  });
});

describe('the link in a mail', () => {
  test('grants nothing under a version that a material change has replaced meanwhile', async () => {
    await press(waiting.path).expect(410, /gäller inte längre/);
    expect((await check(waiting.subject, 'newsletter').expect(200)).body).toMatchObject({ allowed: false, status: 'requested' });
  });

  test('says that it is closed once its request has lapsed, and grants nothing', async () => {
    const { fresh } = api;
    const { subject, path } = await requested('newsletter-signup', new Date(Date.now() - 1000));
    const options = { pool: fresh.pool, ledger: fresh.id, appender: fresh.ledger, log: pino({ level: 'silent' }), catalogue: async () => fresh.catalogue };
    expect(await lapse(options).run({ leads: () => true, signal: new AbortController().signal })).toBe(1);
    await press(path).expect(410, /gäller inte längre/);
    expect((await check(subject, 'newsletter').expect(200)).body).toMatchObject({ allowed: false, status: 'unknown' });
  });
});

test('an answer for the past is by the catalogue that was known then, and never changes; a later one is by the new', async () => {
  expect(past.body.consents.map(({ purpose }) => purpose)).toContain('personalisation');
  expect((await api.get(past.path, api.keys['consents:read']).expect(200)).body).toEqual(past.body);
  const now = past.path.replace(/knownAt=.*/, `knownAt=${timeText(nowMicros())}`);
  const later = (await api.get(now, api.keys['consents:read']).expect(200)).body.consents.map(({ purpose }: { purpose: string }) => purpose);
  expect(later).toContain(SHARED.id);
  expect(later).not.toContain('personalisation');
});

test('a purpose with a local legal basis, partners, channels and an end passes through load, grant, check and message', async () => {
  const subject = someone();
  const decisions = [{ purpose: SHARED.id, decision: 'grant', channels: ['sms'], partners: ['example-partner'] }];
  const given = await write({ subject, decisions, notice: NOTICE, capture: NEWSLETTER.capture }).expect(201);
  const asked = (await check(subject, SHARED.id, { channel: 'sms', partner: 'example-partner' }).expect(200)).body;
  expect(asked).toMatchObject({ allowed: true, status: 'given', basis: 'se-local:x-1', validUntil: expect.any(String) });
  expect((await check(subject, SHARED.id, { channel: 'app' }).expect(200)).body.allowed).toBe(false);
  expect((await check(subject, SHARED.id, { partner: 'another' }).expect(200)).body.allowed).toBe(false);
  const { rows } = await api.fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE event = $1', [given.body.decisions[0].event]);
  const event = JSON.parse(rows[0]?.bytes.toString() ?? '') as LedgerEvent;
  expect(event).toMatchObject({ basis: 'se-local:x-1', definition: definitionOf(SHARED), controller: 'advansor-as' });
  expect(messageData(event, 'hash')).toMatchObject({ purpose: SHARED.id, basis: 'se-local:x-1', allowed: true, channels: ['sms'], partners: ['example-partner'], validUntil: asked.validUntil });
  expect(messageHeaders(event, 7)).toMatchObject({ ce_type: 'consent-granted', ce_subject: `${event.person}/${SHARED.id}` });
});

test('a partner that the catalogue does not list cannot be consented to; a withdrawal that names him is taken', async () => {
  const subject = someone();
  const share = (decision: string, partners: string[]) => write({ subject, decisions: [{ purpose: SHARED.id, decision, partners }], notice: NOTICE });
  await share('grant', ['example-partner', 'somebody-else']).expect(422, /partner_unknown/);
  await share('request', ['somebody-else']).expect(422, /partner_unknown/);
  await share('grant', ['example-partner']).expect(201);
  await share('withdraw', ['somebody-else']).expect(200);
  expect((await check(subject, SHARED.id, { partner: 'example-partner' })).body.allowed).toBe(true);
  const gone = await share('withdraw', ['example-partner', 'somebody-else']).expect(201);
  expect(gone.body.decisions[0]).toMatchObject({ status: 'withdrawn', allowed: false });
});

test('after validUntil the answer is no at once, whether or not the expiry was written', async () => {
  const subject = someone();
  const decisions = [{ purpose: SHARED.id, decision: 'grant', partners: ['example-partner'] }];
  const occurredAt = timeText(nowMicros() - 200 * 86_400_000_000);
  await api.post('/v1/consents', { subject, decisions, notice: NOTICE, occurredAt }, api.keys['consents:backdate']).expect(201);
  const { body } = await check(subject, SHARED.id).expect(200);
  expect(body).toMatchObject({ allowed: false, status: 'expired' });
  expect(body.validUntil < timeText(nowMicros())).toBe(true);
});

describe('a text that was changed in the database', () => {
  const reread = async (change: string, damaged: unknown) => {
    await api.fresh.pool.query(change);
    await api.fresh.pool.query('UPDATE catalogues SET number = number + 10');
    await until(async () => JSON.stringify((await api.get('/health/ready').expect(200)).body.damaged) === JSON.stringify(damaged));
  };
  const sv = { locale: 'sv', accept: 'application/json' };

  test('is not shown, and nobody can consent under it; the "no" is taken, and readiness says which text it is', async () => {
    const subject = someone();
    await write({ subject, decisions: [{ purpose: 'newsletter', decision: 'grant' }], notice: NOTICE }).expect(201);
    await reread(`UPDATE notices SET document = replace(document, '"title":"', '"title":"Nej, ') WHERE id = 'newsletter-signup' AND version = '1.4' AND locale = 'sv'`, ['notice newsletter-signup 1.4 (sv)']);
    await api.get('/v1/notices/newsletter-signup?version=1.4&locale=sv', undefined, sv).expect(404, /notice_unknown/);
    await write({ subject: someone(), decisions: [{ purpose: 'newsletter', decision: 'grant' }], notice: NOTICE }).expect(422, /notice_unknown/);
    await write({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }], notice: NOTICE }).expect(201);
    await reread(`UPDATE notices SET document = replace(document, '"title":"Nej, ', '"title":"') WHERE id = 'newsletter-signup' AND version = '1.4' AND locale = 'sv'`, undefined);
    await api.get('/v1/notices/newsletter-signup?version=1.4&locale=sv', undefined, sv).expect(200);
  });

  test('gives nothing where it was the meaning of a purpose, and the "no" is taken as that purpose takes it', async () => {
    const subject = someone();
    await write({ subject, decisions: [{ purpose: 'newsletter', decision: 'grant' }], notice: NOTICE }).expect(201);
    const { rows } = await api.fresh.pool.query<{ number: number; body: string }>('SELECT number, body FROM catalogues ORDER BY number DESC LIMIT 1');
    const body = JSON.parse(rows[0]?.body ?? '') as { definitions: { id: string; choice: string }[] };
    for (const one of body.definitions) if (one.id === 'newsletter') one.choice = 'told';
    await reread(`UPDATE catalogues SET body = '${JSON.stringify(body).replaceAll("'", "''")}' WHERE number = ${rows[0]?.number}`, ['purpose newsletter']);
    await write({ subject: someone(), decisions: [{ purpose: 'newsletter', decision: 'grant' }], notice: NOTICE }).expect(422, /purpose_not_active/);
    await write({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect(201);
    await reread(`UPDATE catalogues SET body = '${rows[0]?.body.replaceAll("'", "''")}' WHERE number = ${(rows[0]?.number ?? 0) + 10}`, undefined);
  });
});
