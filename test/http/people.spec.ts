import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import type { LedgerEvent } from '#contracts';
import { canonicalBytes } from '#proof';
import { tokenHash, Tokens } from '#vault';
import { NEWSLETTER, ORIGIN, someone, testApi, type TestApi } from '../setup/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(async () => {
  await api.close();
});

const write = (body: unknown, key: keyof TestApi['keys'] = 'consents:write') => api.post('/v1/consents', body, api.keys[key]);
async function given(): Promise<{ person: string; subject: { email: string } }> {
  const subject = someone();
  const { body } = await write({ subject, ...NEWSLETTER }).expect(201);
  return { person: body.person, subject };
}
const consents = (person: string, query = '') => api.get(`/v1/people/${person}/consents${query}`, api.keys['consents:read']);
const history = (person: string, query = '') => api.get(`/v1/people/${person}/history${query}`, api.keys['audit:read'], { 'samtycke-reason': 'a test' });

describe('what holds for a person', () => {
  test('is every purpose with status and basis, the default where he has said nothing', async () => {
    const { person } = await given();
    const { body } = await consents(person).expect(200);
    const by = Object.fromEntries(body.consents.map((one: { purpose: string }) => [one.purpose, one]));
    expect(by.newsletter).toMatchObject({ status: 'given', allowed: true, channels: ['email'], version: 1, notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' } });
    expect(by['market-research']).toMatchObject({ status: 'unknown', allowed: false, version: 0 });
    expect(by['marketing-reach']).toMatchObject({ status: 'unknown', allowed: true, basis: 'eu-gdpr:A6-1-f' });
    expect(by.contract).toMatchObject({ status: 'unknown', allowed: true });
    expect(by.statistics).toBeUndefined();
    await consents('5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11').expect(404, /person_unknown/);
    await consents('x').expect(400, /invalid_person/);
  });

  test('at a past time, as known at a past time: the answer never changes again', async () => {
    const { person } = await given();
    const before = new Date(Date.now() - 3_600_000).toISOString();
    const known = new Date().toISOString();
    const ask = async () => (await consents(person, `?asOf=${before}&knownAt=${known}`).expect(200)).body.consents.find((one: { purpose: string }) => one.purpose === 'newsletter').status;
    expect(await ask()).toBe('unknown');
    await api.post('/v1/consents', { subject: { person }, decisions: [{ purpose: 'newsletter', decision: 'refuse' }], occurredAt: new Date(Date.now() - 7_200_000).toISOString() }, api.keys['consents:backdate']).expect(201);
    expect(await ask()).toBe('unknown');
    const now = (await consents(person, `?asOf=${before}`).expect(200)).body.consents.find((one: { purpose: string }) => one.purpose === 'newsletter');
    expect(now.status).toBe('refused');
    await consents(person, `?knownAt=${new Date(Date.now() + 60_000).toISOString()}`).expect(422, /known_at_in_future/);
    const { rows: read } = await api.fresh.pool.query('SELECT reader, what, reason FROM reads WHERE person = $1 ORDER BY id', [person]);
    expect(read.length).toBeGreaterThanOrEqual(3);
    expect(read[0]).toEqual({ reader: expect.any(String), what: `states as of ${before} as known at ${known}`, reason: 'none given' });
    await consents(person).expect(200);
    await consents(person, '?asOf=x').expect(400, /invalid_body/);
    expect((await api.fresh.pool.query('SELECT FROM reads WHERE person = $1', [person])).rowCount).toBe(read.length);
    const closed = async () => (await api.fresh.pool.query('SELECT known_us FROM persons WHERE person = $1', [person])).rows;
    const closedBefore = await closed();
    await api.get(`/v1/people/${person}/consents?knownAt=${new Date().toISOString()}`, api.keys['consents:read'], { 'samtycke-reason': 'x'.repeat(201) }).expect(400, /reason_too_long/);
    expect(await closed()).toEqual(closedBefore);
    await consents(person, '?asOf=2026-03-01T10:00:00').expect(400, /invalid_body/);
  });
});

describe('the address for a purpose', () => {
  test('is given while the purpose is allowed, and not a moment longer', async () => {
    const { person, subject } = await given();
    const ask = () => api.get(`/v1/people/${person}/identifiers?purpose=newsletter`, api.keys['identifiers:read']).expect(200);
    const { body } = await ask();
    expect(body).toEqual({ identifiers: [{ id: expect.any(String), kind: 'email', value: subject.email }], locale: 'sv', unsubscribe: expect.stringMatching(/^https:\/\/consent\.example\.test\/u\//), preferences: expect.stringMatching(/^https:\/\/consent\.example\.test\/p\//) });
    await write({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect(201);
    expect((await ask()).body).toEqual({ identifiers: [] });
    await api.get(`/v1/people/${person}/identifiers?purpose=nothing`, api.keys['identifiers:read']).expect(422, /purpose_unknown/);
  });
  test('comes without a link that ends it where the purpose is only told', async () => {
    const { person } = await given();
    const { body } = await api.get(`/v1/people/${person}/identifiers?purpose=contract`, api.keys['identifiers:read']).expect(200);
    expect(body).toEqual({ identifiers: [expect.objectContaining({ kind: 'email' })], preferences: expect.stringMatching(/\/p\//) });
  });
});

describe('history', () => {
  test('shows every event with its hash in pages, and leaves a trace of who read it and why', async () => {
    const { person, subject } = await given();
    for (const decision of ['withdraw', 'grant', 'withdraw']) await write({ subject, ...NEWSLETTER, decisions: [{ purpose: 'newsletter', decision }] }).expect(201);
    const first = (await history(person, '?limit=3').expect(200)).body;
    const second = (await history(person, `?limit=3&cursor=${first.next}`).expect(200)).body;
    expect([first.events.length, first.next, second.events.length, second.next]).toEqual([3, 3, 1, undefined]);
    let prev: string | undefined;
    for (const { hash, index: _index, ...event } of [...first.events, ...second.events] as (LedgerEvent & { hash: string; index?: number })[]) {
      expect(event.prev).toBe(prev);
      expect(hash).toBe(createHash('sha256').update(Buffer.of(0)).update(canonicalBytes(event)).digest('hex'));
      prev = hash;
    }
    const { rows } = await api.fresh.pool.query('SELECT reader, what, reason FROM reads WHERE person = $1', [person]);
    expect(rows).toEqual([{ reader: 'crm', what: 'history', reason: 'a test' }, { reader: 'crm', what: 'history', reason: 'a test' }]);
  });
  test('is refused without a reason, and to keys without the scope', async () => {
    const { person } = await given();
    await api.get(`/v1/people/${person}/history`, api.keys['audit:read']).expect(400, /reason_required/);
    await api.get(`/v1/people/${person}/history`, api.keys['consents:read'], { 'samtycke-reason': 'x' }).expect(403, /scope_missing/);
    await history(person, '?limit=0').expect(400, /invalid_body/);
  });
});

describe('double opt-in', () => {
  const server = () => request(api.app.getHttpServer());
  async function requested(): Promise<{ subject: { email: string }; path: string; event: LedgerEvent }> {
    const subject = someone();
    await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.siteKey, { origin: ORIGIN }).expect(202);
    const { rows } = await api.fresh.pool.query<{ bytes: Buffer }>(`SELECT bytes FROM events WHERE type = 'request-opened' ORDER BY recorded_at DESC LIMIT 1`);
    const event = JSON.parse(rows[0]?.bytes.toString() ?? '') as LedgerEvent;
    const token = new Tokens(api.fresh.keyring.origin, api.fresh.keyring.tokens).confirmation(event.event);
    const values = [api.fresh.id, tokenHash(token), event.person, event.purpose, event.event, new Date(Date.now() + 86_400_000)];
    await api.fresh.pool.query('INSERT INTO tokens (ledger, hash, person, purpose, event, expires_at) VALUES ($1, $2, $3, $4, $5, $6)', values);
    return { subject, path: `/c/${token}`, event };
  }
  const status = async (subject: object) => (await api.post('/v1/check', { subject, purpose: 'newsletter' }, api.keys['consents:read'])).body.status;

  test('GET and HEAD change nothing, however often; the button’s POST gives the consent; a second press says that it is done', async () => {
    const { subject, path, event } = await requested();
    for (let times = 0; times < 20; times += 1) await server().get(path).expect(200, /Ja, jag bekräftar/);
    await server().head(path).expect(200);
    expect(await status(subject)).toBe('requested');
    await server().post(path).expect(200, /Tack, det är bekräftat/);
    expect(await status(subject)).toBe('given');
    await server().post(path).expect(200, /Det är redan klart/);
    const events = (await history(event.person)).body.events as LedgerEvent[];
    expect(events.map((one) => one.type)).toEqual(['request-opened', 'consent-granted']);
    expect(events[1]).toMatchObject({ actor: { kind: 'person', id: event.person }, causes: [event.event], notice: event.notice, capture: event.capture, via: 'email', viaId: event.viaId });
  });
  test('a request that was withdrawn, has ended or never was is told as such', async () => {
    const { subject, path } = await requested();
    await write({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect(201);
    await server().post(path).expect(410, /gäller inte längre/);
    expect(await status(subject)).toBe('withdrawn');
    const ended = await requested();
    await api.fresh.pool.query('UPDATE tokens SET expires_at = now() - make_interval(secs => 1) WHERE event = $1', [ended.event.event]);
    await server().post(ended.path).expect(410);
    expect(await status(ended.subject)).toBe('requested');
    await server().post('/c/nothing').set('accept-language', 'en').expect(404, /cannot be read/);
  });
});

describe('unsubscribing', () => {
  async function link(): Promise<{ subject: { email: string }; person: string; path: string }> {
    const { person, subject } = await given();
    const { body } = await api.get(`/v1/people/${person}/identifiers?purpose=newsletter`, api.keys['identifiers:read']);
    return { subject, person, path: new URL(body.unsubscribe).pathname };
  }
  const server = () => request(api.app.getHttpServer());
  const allowed = async (subject: object) => (await api.post('/v1/check', { subject, purpose: 'newsletter' }, api.keys['consents:read'])).body.allowed;

  test.each([
    ['form data', (test: request.Test) => test.field('List-Unsubscribe', 'One-Click')],
    ['a form', (test: request.Test) => test.type('form').send('List-Unsubscribe=One-Click')],
  ])('one click by %s ends it without a redirect; a scanner’s GETs and HEADs change nothing', async (_name, send) => {
    const { subject, person, path } = await link();
    for (let times = 0; times < 10; times += 1) await server().get(path).expect(200, /Vill du avsluta/);
    await server().head(path).expect(200);
    expect(await allowed(subject)).toBe(true);
    await send(server().post(path)).expect(200);
    await send(server().post(path)).expect(200);
    expect(await allowed(subject)).toBe(false);
    const events = (await history(person)).body.events as LedgerEvent[];
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({ type: 'consent-withdrawn', reason: 'one-click', actor: { kind: 'person', id: person }, via: 'email', capture: { method: 'one-click' } });
  });
  test('a link of somebody else’s making is a 404', async () => {
    await server().post('/u/eyJhbGciOiJkaXIifQ..x.y.z').expect(404);
  });
});

describe('public routes', () => {
  test('tell every purpose and the notices as they are shown, with a token of what was shown', async () => {
    const { body } = await api.get('/v1/purposes').expect(200);
    expect(body.purposes).toHaveLength(25);
    expect(body.purposes[0]).toMatchObject({ id: 'newsletter', basis: 'eu-gdpr:A6-1-a', holder: 'person', choice: 'grant-withdraw', notice: { id: 'newsletter-signup', version: '1.3' } });
    const notice = (await api.get('/v1/notices/cookies?version=1.3&locale=da').expect(200)).body;
    expect(notice).toMatchObject({ id: 'cookies', version: '1.3', locale: 'da', sha256: expect.stringMatching(/^[0-9a-f]{64}$/), snapshot: expect.any(String), basedOn: expect.anything() });
    await api.get('/v1/notices/cookies?version=9&locale=da').expect(404, /notice_unknown/);
  });
  test('a browser on a site’s origin is let in by CORS, any other is not', async () => {
    const ask = (origin: string) => request(api.app.getHttpServer()).options('/v1/consents').set({ origin, 'access-control-request-method': 'POST' });
    expect((await ask(ORIGIN)).headers).toMatchObject({ 'access-control-allow-origin': ORIGIN, 'access-control-allow-headers': 'authorization, content-type, idempotency-key' });
    expect((await ask('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined();
  });
  test('keep how long they may be kept; what is told to a key is kept by no cache, whether it is found or refused', async () => {
    const { person } = await given();
    const why = { 'samtycke-reason': 'a test' };
    const told: [string, keyof TestApi['keys'], number][] = [
      [`/v1/people/${person}/identifiers?purpose=newsletter`, 'identifiers:read', 200],
      [`/v1/people/${person}/consents`, 'consents:read', 200],
      [`/v1/people/${person}/rectify`, 'people:write', 200],
      [`/v1/people/${person}/history`, 'audit:read', 200],
      [`/v1/people/${person}/propagation`, 'audit:read', 200],
      ['/v1/consents/search?purpose=newsletter&notice=newsletter-signup&version=1.3', 'audit:read', 200],
      ['/v1/people/5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11/consents', 'consents:read', 404],
      ['/v1/systems', 'audit:read', 200],
    ];
    for (const [path, scope, status] of told) expect([path, (await api.get(path, api.keys[scope], why).expect(status)).headers['cache-control']]).toEqual([path, 'no-store']);
    for (const path of ['/v1/purposes', '/v1/notices/newsletter-signup?version=1.3&locale=sv']) expect((await api.get(path).expect(200)).headers['cache-control']).not.toBe('no-store');
    expect((await api.get(`/v1/sites/${api.siteKey}?lang=sv`, undefined, { origin: ORIGIN }).expect(200)).headers['cache-control']).toBe('public, max-age=60');
  });

  test('OpenAPI 3.1 describes the routes, and metrics count them without naming anybody', async () => {
    const { body } = await api.get('/openapi.json').expect(200);
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(['/v1/consents', '/v1/check', '/v1/devices', '/v1/people/lookup', '/v1/people/{person}/consents', '/v1/people/{person}/identifiers', '/v1/people/{person}/history', '/v1/purposes', '/v1/notices/{id}', '/c/{token}', '/u/{token}']));
    const { person } = await given();
    await consents(person);
    const metrics = (await api.get('/metrics').expect(200)).text;
    expect(metrics).toMatch(/samtycke_http_seconds_count\{method="GET",route="\/v1\/people\/:person\/consents",status="200"\}/);
    expect(metrics).not.toContain(person);
  });
});
