import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LedgerEvent } from '#contracts';
import { NEWSLETTER, ORIGIN, someone, testApi, type TestApi } from '../setup/api.js';
import { followedBy } from '../setup/follow.js';

let api: TestApi;
let worker: ReturnType<typeof followedBy>;
beforeAll(async () => {
  api = await testApi();
  worker = followedBy(api);
});
afterAll(async () => {
  await worker.close();
  await api.close();
});

async function known(): Promise<string> {
  return (await api.post('/v1/consents', { subject: someone(), ...NEWSLETTER }, api.keys['consents:write']).expect(201)).body.person;
}

const events = async (person: string): Promise<LedgerEvent[]> => {
  const { rows } = await api.fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1 ORDER BY seq', [person]);
  return rows.map(({ bytes }) => JSON.parse(bytes.toString()) as LedgerEvent);
};

let keys = 0;
const newKey = (): { 'idempotency-key': string; 'samtycke-reason': string } => ({ 'idempotency-key': `right-${(keys += 1)}`, 'samtycke-reason': 'a test' });
const act = (path: string, body: object | undefined, headers: Record<string, string>) => api.post(`/v1/people/${path}`, body, api.keys['people:write'], headers);
const put = (person: string, body: object, headers: Record<string, string>) => api.put(`/v1/people/${person}/preferences`, body, api.keys['consents:write'], headers);
const LATER = new Date(Date.now() + 86_400_000).toISOString();

describe('the same Idempotency-Key and body get the first answer, and nothing happens twice:', () => {
  const calls: [string, (person: string) => Promise<{ path: string; body?: object }>][] = [
    ['a complaint', async (person) => ({ path: `${person}/complaints`, body: { text: 'Jag fick ett mejl', country: 'SE' } })],
    ['a restriction', async (person) => ({ path: `${person}/restrict`, body: { ground: 'eu-gdpr:A18-1-a' } })],
    ['a correction', async (person) => ({ path: `${person}/rectify`, body: { add: { phone: `+4670${String(1_000_000 + keys)}` } } })],
    ['a correction in words', async (person) => ({ path: `${person}/rectify`, body: { text: 'Jag heter något annat' } })],
    ['an erasure', async (person) => ({ path: `${person}/erase`, body: { kept: [{ category: 'bank', ground: 'accounting-law' }] } })],
    ['a merge', async (person) => ({ path: `${person}/merge`, body: { into: await known() } })],
    ['an acceptance', async (person) => {
      await api.post('/v1/consents', { subject: { person }, decisions: [{ purpose: 'marketing-reach', decision: 'object' }] }, api.keys['consents:write']).expect(201);
      return { path: `${person}/objections/marketing-reach/accept` };
    }],
    ['an override', async (person) => {
      await api.post('/v1/consents', { subject: { person }, decisions: [{ purpose: 'network-security', decision: 'object' }] }, api.keys['consents:write']).expect(201);
      return { path: `${person}/objections/network-security/override`, body: { ground: 'attack' } };
    }],
    ['the closing of a request', async (person) => {
      const { body } = await act(`${person}/complaints`, { text: 'x' }, newKey()).expect(201);
      return { path: `${person}/rights/${body.right}/close`, body: { outcome: 'done' } };
    }],
    ['a link', async (person) => {
      const { body } = await api.post('/v1/devices', undefined, api.siteKey, { origin: ORIGIN }).expect(201);
      return { path: `${person}/links`, body: { device: body.token } };
    }],
    ['a hold', async (person) => ({ path: `${person}/holds`, body: { ground: 'claim', until: LATER } })],
    ['the end of a hold', async (person) => {
      const { body } = await act(`${person}/holds`, { ground: 'claim' }, newKey()).expect(201);
      return { path: `${person}/holds/${body.id}/end` };
    }],
  ];
  test.each(calls)('%s', async (_name, make) => {
    const person = await known();
    const { path, body } = await make(person);
    const headers = newKey();
    const first = await act(path, body, headers);
    expect(first.status).toBeLessThan(300);
    const written = await events(person);
    await worker.follow();
    const settled = await events(person);
    const again = await act(path, body, headers);
    // An erasure tells how far the removal is by now.
    expect([again.status, { ...again.body, removed: undefined }]).toEqual([first.status, { ...first.body, removed: undefined }]);
    expect(await events(person)).toEqual(settled);
    expect(settled.slice(0, written.length)).toEqual(written);
    await act(`${person}/restrict`, { ground: 'something-else' }, headers).expect(422, /idempotency_key_reused/);
    expect(await events(person)).toEqual(settled);
    expect((await api.fresh.pool.query('SELECT 1 FROM holds WHERE person = $1', [person])).rowCount).toBeLessThanOrEqual(1);
  });

  test('a split', async () => {
    const [person, other] = [await known(), await known()];
    await act(`${person}/merge`, { into: other }, newKey()).expect(200);
    const headers = newKey();
    const first = await act(`${person}/split`, undefined, headers).expect(200);
    const written = [await events(person), await events(other)];
    await worker.follow();
    expect((await act(`${person}/split`, undefined, headers).expect(200)).body).toEqual(first.body);
    expect([await events(person), await events(other)]).toEqual(written);
  });

  test('an access, recorded once; what is held is gathered as it stands at each answer', async () => {
    const person = await known();
    const headers = newKey();
    await act(`${person}/access`, {}, headers).expect(200);
    const written = await events(person);
    const { body } = await act(`${person}/access`, {}, headers).expect(200);
    expect(body.events).toHaveLength(written.length);
    expect(await events(person)).toEqual(written);
  });

  test('an access of somebody who was split off since gives what is held on him, not on whom he was merged with', async () => {
    const [part, home] = [await known(), await known()];
    await act(`${part}/merge`, { into: home }, newKey()).expect(200);
    const headers = newKey();
    await act(`${part}/access`, {}, headers).expect(200);
    await act(`${part}/split`, undefined, newKey()).expect(200);
    await worker.follow();
    const { body } = await act(`${part}/access`, {}, headers).expect(200);
    expect(body.person).toBe(part);
    expect(new Set(body.events.map(({ person }: { person: string }) => person))).toEqual(new Set([part]));
  });

  test('preferences, of a purpose and of the whole person, also where nothing was to change', async () => {
    const person = await known();
    for (const body of [{ purpose: 'newsletter', language: 'da' }, { pausedUntil: LATER }, { suppressed: false }]) {
      const headers = newKey();
      const first = await put(person, body, headers).expect(200);
      const written = await events(person);
      await put(person, { purpose: 'newsletter', language: 'sv' }, newKey()).expect(200);
      const now = await events(person);
      expect((await put(person, body, headers).expect(200)).body).toEqual(first.body);
      expect(await events(person)).toEqual(now);
      expect(now.length).toBeGreaterThanOrEqual(written.length);
      await put(person, { ...body, language: 'en' }, headers).expect(422, /idempotency_key_reused/);
    }
  });
});

test('many at once with one key are recorded once: the others get the first answer, or 409 while it is under way', async () => {
  const person = await known();
  const headers = newKey();
  const answers = await Promise.all(Array.from({ length: 40 }, () => act(`${person}/complaints`, { text: 'Många' }, headers)));
  const done = answers.filter(({ status }) => status === 201);
  expect(done.length).toBeGreaterThan(0);
  for (const one of answers) expect(one.status === 201 ? one.body : one.body.code).toEqual(one.status === 201 ? done[0]?.body : 'idempotency_in_flight');
  expect((await events(person)).filter(({ type }) => type === 'right-requested')).toHaveLength(1);
});

test('a call that was refused leaves its key free; a key belongs to the owner of the api key; a key that is none is a 400', async () => {
  const person = await known();
  const headers = newKey();
  await act(`${person}/split`, undefined, headers).expect(409, /person_not_merged/);
  await act(`${person}/complaints`, { text: 'x' }, headers).expect(201);
  const other = (await api.makeKey({ kind: 'server', owner: 'support', scopes: ['people:write'] })).secret;
  await api.post(`/v1/people/${person}/complaints`, { text: 'y' }, other, headers).expect(201);
  await act(`${person}/complaints`, { text: 'x' }, { 'idempotency-key': 'nö' }).expect(400, /invalid_idempotency_key/);
});
