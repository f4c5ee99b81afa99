import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { loadCatalogue, type Catalogue } from '#catalogue';
import { nowMicros, readCatalogue, readPublications, timeText } from '#ledger';
import { loadCatalogueInto } from '#setup';
import { nextVersion, until } from '#testing';
import { effectOf } from '#consent';
import { noticeChange } from '../../apps/worker/src/notice-change.js';
import { NEWSLETTER, ORIGIN, someone, testApi, type TestApi } from '../setup/api.js';

const SIGNUP = 'newsletter-signup';
let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(async () => {
  await api.close();
});

const write = (body: object) => api.post('/v1/consents', body, api.keys['consents:write']);
const check = async (subject: object, more: object = {}) => (await api.post('/v1/check', { subject, purpose: 'newsletter', ...more }, api.keys['consents:read']).expect(200)).body;
const addresses = async (person: string) => (await api.get(`/v1/people/${person}/identifiers?purpose=newsletter`, api.keys['identifiers:read']).expect(200)).body;
const state = async (person: string, query = '') => (await api.get(`/v1/people/${person}/consents${query}`, api.keys['consents:read']).expect(200)).body.consents.find((one: { purpose: string }) => one.purpose === 'newsletter');
const worker = () => noticeChange({ pool: api.fresh.pool, ledger: api.fresh.id, appender: api.fresh.ledger, log: pino({ level: 'silent' }), catalogue: () => readCatalogue(api.fresh.pool, api.fresh.id) });
const always = { leads: () => true, signal: new AbortController().signal };

let version = '1.3';
let catalogue: Catalogue = loadCatalogue();
let published = 3;

/** A further version; with an effect that lies ahead, so that everybody knows of it before it counts. */
async function publish(change: 'editorial' | 'material'): Promise<string> {
  version = `1.${(published += 1)}`;
  catalogue = nextVersion(catalogue, SIGNUP, version, { change, ...(change === 'material' && { from: timeText(nowMicros() + 2_500_000) }) });
  await loadCatalogueInto(api.fresh.options, catalogue, { leadMs: 0 });
  const one = (await readPublications(api.fresh.pool, api.fresh.id)).find((publication) => publication.id === SIGNUP && publication.version === version);
  if (!one) throw new Error('not published');
  return effectOf(one);
}

const isPast = (time: string): Promise<true> => until(() => timeText(nowMicros()) > time, { timeoutMs: 5_000 });

let subject: { email: string };
let person: string;
beforeEach(async () => {
  subject = someone();
  ({ person } = (await write({ subject, ...NEWSLETTER, notice: { ...NEWSLETTER.notice, version } }).expect(201)).body);
});

describe('from the day of a material change on, before its withdrawal is written', () => {
  test('check, what holds for the person, and the release of his address say no; a consent renewed under the new version stands', async () => {
    const [renews, old] = [someone(), version];
    await write({ subject: renews, ...NEWSLETTER, notice: { ...NEWSLETTER.notice, version: old } }).expect(201);
    const effect = await publish('material');
    expect(await check(subject)).toMatchObject({ allowed: true, status: 'given' });
    await write({ subject: renews, ...NEWSLETTER, notice: { ...NEWSLETTER.notice, version } }).expect(201);
    await isPast(effect);
    expect(await check(subject)).toMatchObject({ allowed: false, status: 'withdrawn', since: effect, version: 1 });
    expect(await check(subject, { channel: 'email' })).toMatchObject({ allowed: false });
    expect(await state(person)).toMatchObject({ allowed: false, status: 'withdrawn', channels: [], since: effect });
    expect(await addresses(person)).toEqual({ identifiers: [] });
    expect(await check(renews)).toMatchObject({ allowed: true });
    await write({ subject, ...NEWSLETTER, notice: { ...NEWSLETTER.notice, version: old } }).expect(422, /notice_unknown/);
  });

  test('a website is told that nobody signs up under the old text, whether or not the address is known', async () => {
    const old = version;
    await isPast(await publish('material'));
    for (const named of [subject, someone()]) {
      await api.post('/v1/consents', { subject: named, ...NEWSLETTER, notice: { ...NEWSLETTER.notice, version: old } }, api.siteKey, { origin: ORIGIN }).expect(422, /notice_unknown/);
      await api.post('/v1/consents', { subject: named, ...NEWSLETTER, notice: { ...NEWSLETTER.notice, version } }, api.siteKey, { origin: ORIGIN }).expect(202);
    }
  });

  test('what is then written says the same, and nobody sees a difference', async () => {
    await isPast(await publish('material'));
    const before = await state(person);
    expect(await worker().run(always)).toBeGreaterThan(0);
    const { version: written, ...after } = await state(person);
    expect({ ...after, version: written - 1 }).toEqual(before);
  });

  test('the answer as of a fixed time, as known at a fixed time, is no, and stays the same when the withdrawal has come', async () => {
    const effect = await publish('material');
    await isPast(effect);
    const at = timeText(nowMicros());
    const ask = () => state(person, `?asOf=${at}&knownAt=${at}`);
    const known = await ask();
    expect(known).toMatchObject({ allowed: false, status: 'withdrawn' });
    const earlier = await state(person, `?asOf=${timeText(nowMicros() - 3_600_000_000)}&knownAt=${at}`);
    await worker().run(always);
    expect(await ask()).toEqual(known);
    expect(await state(person, `?asOf=${timeText(nowMicros() - 3_600_000_000)}&knownAt=${at}`)).toMatchObject({ status: earlier.status });
    expect(await state(person, `?asOf=${at}`)).toMatchObject({ allowed: false, status: 'withdrawn', version: 2 });
  });

  test('a change published after knownAt says nothing about it: nothing can be published there any more', async () => {
    const known = timeText(nowMicros());
    const far = timeText(nowMicros() + 86_400_000_000);
    const ask = () => state(person, `?asOf=${far}&knownAt=${known}`);
    const answer = await ask();
    expect(answer).toMatchObject({ allowed: true, status: 'given' });
    await isPast(await publish('material'));
    expect(await ask()).toEqual(answer);
    expect(await state(person, `?asOf=${far}`)).toMatchObject({ allowed: false, status: 'withdrawn' });
  });
});

test('a split gives nobody a consent back whose text was replaced while he was merged', async () => {
  const [home, old] = [someone(), version];
  const { person: into } = (await write({ subject: home, ...NEWSLETTER, notice: { ...NEWSLETTER.notice, version: old } }).expect(201)).body;
  await api.post(`/v1/people/${person}/merge`, { into }, api.keys['people:write']).expect(200);
  await isPast(await publish('material'));
  await write({ subject: home, ...NEWSLETTER, notice: { ...NEWSLETTER.notice, version } }).expect(201);
  await api.post(`/v1/people/${person}/split`, {}, api.keys['people:write']).expect(200);
  const { rows } = await api.fresh.pool.query<{ bytes: Buffer }>(`SELECT bytes FROM events WHERE person = $1 AND purpose = 'newsletter' ORDER BY seq DESC LIMIT 1`, [person]);
  expect(JSON.parse(rows[0]?.bytes.toString() ?? '{}').after).toMatchObject({ status: 'withdrawn', allowed: false });
  expect(await check(home)).toMatchObject({ allowed: true });
});

test('after an editorial change every consent stands', async () => {
  await publish('editorial');
  await write({ subject: someone(), ...NEWSLETTER, notice: { ...NEWSLETTER.notice, version } }).expect(201);
  expect(await check(subject)).toMatchObject({ allowed: true });
});

test('a material change that would count at once counts some seconds after its publication, when every process knows it', async () => {
  published += 1;
  version = `1.${published}`;
  catalogue = nextVersion(catalogue, SIGNUP, version, { change: 'material', from: '2026-01-01T00:00:00.000000Z' });
  const before = timeText(nowMicros());
  const { publications } = await loadCatalogueInto(api.fresh.options, catalogue);
  const from = publications.find((one) => one.id === SIGNUP)?.from ?? '';
  expect(Date.parse(from) - Date.parse(before)).toBeGreaterThanOrEqual(5_000);
  expect(await check(subject)).toMatchObject({ allowed: true });
  await until(() => timeText(nowMicros()) > from, { timeoutMs: 10_000 });
  expect(await check(subject)).toMatchObject({ allowed: false, status: 'withdrawn' });
});
