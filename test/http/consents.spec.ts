import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NEWSLETTER, ORIGIN, someone, testApi, type TestApi } from '../setup/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(async () => {
  await api.close();
});

const write = (body: unknown, headers?: Record<string, string>) => api.post('/v1/consents', body, api.keys['consents:write'], headers);
const check = (subject: object, purpose: string, more: object = {}) => api.post('/v1/check', { subject, purpose, ...more }, api.keys['consents:read']);
const site = (body: unknown, headers: Record<string, string> = {}) => api.post('/v1/consents', body, api.siteKey, { origin: ORIGIN, ...headers });

describe('a change by a system', () => {
  test('is a 201 with what now holds; the same again is a 200 with what is in force', async () => {
    const subject = someone();
    const first = await write({ subject, ...NEWSLETTER }).expect(201);
    expect(first.body).toEqual({
      person: expect.stringMatching(/^[0-9a-f-]{36}$/),
      decisions: [{ person: first.body.person, purpose: 'newsletter', status: 'given', allowed: true, version: 1, event: expect.any(String), recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) }],
      receipt: expect.any(String),
    });
    const again = await write({ subject, ...NEWSLETTER }).expect(200);
    expect(again.body.decisions).toEqual(first.body.decisions);
    const asked = await check(subject, 'newsletter').expect(200);
    expect(asked.body).toEqual({ allowed: true, status: 'given', basis: 'eu-gdpr:A6-1-a', since: first.body.decisions[0].recordedAt, version: 1 });
  });

  test('holds all or none of its grants; what protects always holds', async () => {
    const subject = someone();
    const before = await api.events();
    const both = [...NEWSLETTER.decisions, { purpose: 'contract', decision: 'grant' }];
    await write({ subject, ...NEWSLETTER, decisions: both }).expect(409, /not_switchable/);
    expect(await api.events()).toBe(before);
    const mixed = await write({ subject, ...NEWSLETTER, decisions: [{ purpose: 'market-research', decision: 'withdraw' }, { purpose: 'statistics', decision: 'grant' }] }).expect(201);
    expect(mixed.body.decisions.map((one: { status: string; code?: string }) => [one.status, one.code])).toEqual([['withdrawn', undefined], ['unknown', 'wrong_holder']]);
  });

  test('several identifiers make one person; a key that may not link adds none to a person that is known', async () => {
    const { email } = someone();
    const made = await write({ subject: { email, customer: `c-${email}` }, ...NEWSLETTER }).expect(201);
    expect((await api.post('/v1/people/lookup', { subject: { customer: `c-${email}` } }, api.keys['people:read']).expect(200)).body.person).toBe(made.body.person);
    await write({ subject: { email, phone: '+46701234567' }, ...NEWSLETTER }).expect(200);
    await api.post('/v1/people/lookup', { subject: { phone: '+46701234567' } }, api.keys['people:read']).expect(404, /person_unknown/);
  });

  test('one idempotency key is one effect: the first answer again, another body 422, for 200 at once one event', async () => {
    const subject = someone();
    const headers = { 'idempotency-key': `key-${subject.email}` };
    const first = await write({ subject, ...NEWSLETTER }, headers).expect(201);
    const again = await write({ subject, ...NEWSLETTER }, headers).expect(201);
    expect(again.body).toEqual(first.body);
    await write({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }, headers).expect(422, /idempotency_key_reused/);
    const many = someone();
    const before = await api.events();
    const answers = await Promise.all(Array.from({ length: 200 }, () => write({ subject: many, ...NEWSLETTER }, { 'idempotency-key': 'two hundred'.replace(' ', '-') })));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201, 409]));
    expect(await api.events()).toBe(before + 1);
  });
});

describe('a yes that names the version it was decided on', () => {
  const ORDER = { notice: { id: 'order', version: '1.3', locale: 'sv' } };
  const grant = (channels: string[], ifVersion: number) => ({ ...ORDER, decisions: [{ purpose: 'electronic-marketing', decision: 'grant', channels, ifVersion }] });
  const channelsOf = async (person: string): Promise<unknown> => {
    const { body } = await api.get(`/v1/people/${person}/consents`, api.keys['consents:read']).expect(200);
    return body.consents.find(({ purpose }: { purpose: string }) => purpose === 'electronic-marketing').channels;
  };

  test('gives back nothing that was taken away since: it is refused, and what it says now is taken', async () => {
    const subject = someone();
    const { body: { person } } = await write({ subject, ...grant(['app'], 0) }).expect(201);
    await write({ subject, ...grant(['app', 'sms'], 1) }).expect(201);
    await write({ subject, decisions: [{ purpose: 'electronic-marketing', decision: 'withdraw', channels: ['app'] }] }).expect(201);
    const before = await api.events();
    await write({ subject, ...grant(['app', 'sms'], 2) }).expect(409, /version_moved/);
    await write({ subject, ...grant(['sms'], 0) }).expect(409, /version_moved/);
    expect([await api.events(), await channelsOf(person)]).toEqual([before, ['sms']]);
    await write({ subject, ...grant(['sms'], 3) }).expect(200);
  });

  test('of 40 decided on one version one counts', async () => {
    const subject = someone();
    await write({ subject, ...grant(['app'], 0) }).expect(201);
    const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => write({ subject, ...ORDER, notice: { ...ORDER.notice, locale: at % 2 === 0 ? 'da' : 'en' }, decisions: grant(['app', 'sms'], 1).decisions })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 39 }, () => 409)]);
  });

  test('a "no" is taken at any version, and a yes beside it is held against what the call found', async () => {
    const subject = someone();
    await write({ subject, ...grant(['app', 'sms'], 0) }).expect(201);
    const no = { purpose: 'electronic-marketing', decision: 'withdraw', channels: ['sms'], ifVersion: 7 };
    const { body } = await write({ subject, ...ORDER, decisions: [no, { purpose: 'electronic-marketing', decision: 'grant', channels: ['app', 'sms'], ifVersion: 0 }] }).expect(201);
    expect(body.decisions.map(({ code }: { code?: string }) => code)).toEqual([undefined, 'version_moved']);
    await write({ subject, ...ORDER, decisions: [no, { purpose: 'electronic-marketing', decision: 'grant', channels: ['sms'], ifVersion: 2 }] }).expect(201);
    expect(await channelsOf(body.person)).toEqual(['sms']);
  });

  test('counts once under its key, whatever version a repeat names', async () => {
    const subject = someone();
    const headers = { 'idempotency-key': `key-${subject.email}` };
    const first = await write({ subject, ...grant(['app'], 0) }, headers).expect(201);
    expect((await write({ subject, ...grant(['app'], 1) }, headers).expect(201)).body).toEqual(first.body);
    expect((await write({ subject, ...grant(['app'], 0), decisions: [{ purpose: 'electronic-marketing', decision: 'grant', channels: ['app'] }] }, headers).expect(201)).body).toEqual(first.body);
    await write({ subject, ...grant(['sms'], 0) }, headers).expect(422, /idempotency_key_reused/);
  });
});

describe('bad input is a clear 4xx with a stable code, and writes nothing', () => {
  const ok = (): Record<string, unknown> => ({ subject: someone(), ...NEWSLETTER });
  const decision = (members: object) => ({ ...ok(), decisions: [{ purpose: 'newsletter', decision: 'grant', ...members }] });
  const notice = (members: object) => ({ ...ok(), notice: { ...NEWSLETTER.notice, ...members } });
  const cases: [string, unknown, number, string][] = [
    ['no body', undefined, 400, 'invalid_body'],
    ['an array', [], 400, 'invalid_body'],
    ['no subject', { ...ok(), subject: undefined }, 400, 'invalid_body'],
    ['an empty subject', { ...ok(), subject: {} }, 400, 'subject_missing'],
    ['a subject that is a text', { ...ok(), subject: 'x' }, 400, 'invalid_body'],
    ['an address that is none', { ...ok(), subject: { email: 'x' } }, 400, 'invalid_identifier'],
    ['an address that is a number', { ...ok(), subject: { email: 5 } }, 400, 'invalid_body'],
    ['an empty address', { ...ok(), subject: { email: '' } }, 400, 'invalid_body'],
    ['an address ten times too long', { ...ok(), subject: { email: `${'x'.repeat(2540)}@example.se` } }, 400, 'invalid_body'],
    ['a phone number without country code', { ...ok(), subject: { phone: '0701234567' } }, 400, 'invalid_identifier'],
    ['a person that is no UUID', { ...ok(), subject: { person: 'x' } }, 400, 'invalid_body'],
    ['a person that nobody knows', { ...ok(), subject: { person: '5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11' } }, 422, 'person_unknown'],
    ['a device token that is not ours', { ...ok(), subject: { device: 'x' } }, 400, 'invalid_device_token'],
    ['no decisions', { ...ok(), decisions: [] }, 400, 'invalid_body'],
    ['650 decisions', { ...ok(), decisions: Array.from({ length: 650 }, () => ({ purpose: 'newsletter', decision: 'grant' })) }, 400, 'invalid_body'],
    ['an unknown purpose', decision({ purpose: 'nothing' }), 422, 'purpose_unknown'],
    ['a purpose that is no id', decision({ purpose: 'News Letter' }), 400, 'invalid_body'],
    ['an unknown decision', decision({ decision: 'agree' }), 400, 'invalid_body'],
    ['a decision that the basis does not know', decision({ decision: 'lift' }), 422, 'decision_not_possible'],
    ['a purpose that is only told', decision({ purpose: 'legal-duties' }), 409, 'not_switchable'],
    ['a device purpose for a person', decision({ purpose: 'statistics' }), 422, 'wrong_holder'],
    ['an unknown channel', decision({ channels: ['fax'] }), 422, 'channel_unknown'],
    ['a version that is a text', decision({ ifVersion: '1' }), 400, 'invalid_body'],
    ['a version that is no whole number', decision({ ifVersion: 1.5 }), 400, 'invalid_body'],
    ['a version below none', decision({ ifVersion: -1 }), 400, 'invalid_body'],
    ['a version that is too large', decision({ ifVersion: 2_147_483_648 }), 400, 'invalid_body'],
    ['a version that nobody has seen', decision({ ifVersion: 1 }), 409, 'version_moved'],
    ['channels that are a text', decision({ channels: 'email' }), 400, 'invalid_body'],
    ['partners that are not named', decision({ purpose: 'partner-sharing' }), 422, 'notice_unknown'],
    ['no notice', { ...ok(), notice: undefined }, 422, 'notice_unknown'],
    ['an unknown version', notice({ version: '9.9' }), 422, 'notice_unknown'],
    ['an unknown language', notice({ locale: 'fi' }), 422, 'notice_unknown'],
    ['a notice that does not name the purpose', notice({ id: 'cookies' }), 422, 'notice_unknown'],
    ['an unknown context', { ...ok(), capture: { context: 'nowhere' } }, 422, 'context_unknown'],
    ['an unknown member', { ...ok(), extra: 1 }, 400, 'invalid_body'],
    ['a prototype', JSON.parse('{"__proto__":{"x":1},"subject":{"email":"a@b.se"},"decisions":[]}'), 400, 'invalid_body'],
    ['a time that is none', { ...ok(), occurredAt: 'yesterday' }, 400, 'invalid_body'],
    ['a day that does not exist', { ...ok(), occurredAt: '2026-02-30T10:00:00Z' }, 400, 'invalid_body'],
    ['a time ten minutes ahead', { ...ok(), occurredAt: new Date(Date.now() + 600_000).toISOString() }, 422, 'occurred_in_future'],
    ['a time an hour back without the right to it', { ...ok(), occurredAt: new Date(Date.now() - 3_600_000).toISOString() }, 403, 'backdating_not_allowed'],
  ];
  test.each(cases)('%s', async (_name, body, status, code) => {
    const before = await api.events();
    const answer = await write(body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ type: 'about:blank', status, title: expect.any(String), detail: expect.any(String) });
    expect(await api.events()).toBe(before);
  });

  const raw: [string, string, number, string][] = [
    ['no JSON', '{', 400, 'malformed_json'],
    ['a duplicate member', '{"subject":{"email":"a@b.se"},"subject":{"email":"c@d.se"},"decisions":[]}', 400, 'duplicate_key'],
    ['a duplicate member, written with an escape', '{"subject":{"email":"a@b.se"},"\\u0073ubject":{},"decisions":[]}', 400, 'duplicate_key'],
    ['a NUL in a text', '{"subject":{"email":"a\\u0000@b.se"},"decisions":[]}', 400, 'invalid_text'],
    ['half a surrogate pair', '{"subject":{"email":"a\\ud800@b.se"},"decisions":[]}', 400, 'invalid_text'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('latin1'), 400, 'malformed_json'],
    ['ten thousand levels', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 400, 'too_deep'],
    ['a megabyte', JSON.stringify({ x: 'x'.repeat(1_000_000) }), 413, 'body_too_large'],
  ];
  test.each(raw)('%s', async (_name, text, status, code) => {
    const before = await api.events();
    const answer = await api.post('/v1/consents', '', api.keys['consents:write'], { 'content-type': 'application/json' }).serialize((body: unknown) => body as string).send(Buffer.from(text, 'latin1'));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await api.events()).toBe(before);
  });

  test('another media type is a 415, an unknown address a 404, and the process is well', async () => {
    await api.post('/v1/consents', 'x', api.keys['consents:write'], { 'content-type': 'text/plain' }).expect(415, /unsupported_media_type/);
    await api.get('/v1/nothing').expect(404, /not_found/);
    await api.get('/health/ready').expect(200);
  });
});

describe('nothing blocks a withdrawal', () => {
  test.each([
    ['an unknown notice', { notice: { id: 'gone', version: '0.1', locale: 'xx' } }],
    ['an unknown context', { capture: { context: 'gone' } }],
    ['a time in the future', { occurredAt: new Date(Date.now() + 3_600_000).toISOString() }],
    ['a time long ago', { occurredAt: '2020-01-01T00:00:00Z' }],
    ['an unknown channel and partner', { decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }],
  ])('%s', async (_name, members) => {
    const subject = someone();
    const given = await write({ subject, ...NEWSLETTER }).expect(201);
    const body = { subject: { person: given.body.person }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }], ...members };
    const answer = await write(body);
    expect(answer.status).toBe(201);
    const history = await api.get(`/v1/people/${given.body.person}/history`, api.keys['audit:read'], { 'samtycke-reason': 'test' }).expect(200);
    const last = history.body.events.at(-1);
    expect(['consent-withdrawn', 'decision-recorded']).toContain(last.type);
    expect(last.notice).toBeUndefined();
  });
});

describe('a site key', () => {
  test('gets the same 202 for known and unknown people, and its newsletter sign-up is a request', async () => {
    const known = someone();
    await write({ subject: known, ...NEWSLETTER }).expect(201);
    const unknown = someone();
    const answers = [await site({ subject: known, ...NEWSLETTER }), await site({ subject: unknown, ...NEWSLETTER })];
    for (const answer of answers) expect([answer.status, answer.text]).toEqual([202, '{"accepted":true}']);
    expect((await check(known, 'newsletter')).body.status).toBe('given');
    expect((await check(unknown, 'newsletter')).body).toMatchObject({ status: 'requested', allowed: false });
  });

  test('does not learn at which version a person is: known or not, a guess counts as if it had not been made; of its device it hears', async () => {
    const known = someone();
    await write({ subject: known, ...NEWSLETTER }).expect(201);
    const asked = { ...NEWSLETTER, notice: { ...NEWSLETTER.notice, locale: 'da' }, decisions: [{ ...NEWSLETTER.decisions[0], ifVersion: 7 }] };
    const unknown = someone();
    for (const subject of [known, unknown]) {
      const headers = { 'idempotency-key': `guess-${subject.email}` };
      const answer = await site({ subject, ...asked }, headers);
      expect([answer.status, answer.text]).toEqual([202, '{"accepted":true}']);
      await site({ subject, ...asked, decisions: NEWSLETTER.decisions }, headers).expect(202);
      await site({ subject, ...asked, notice: NEWSLETTER.notice }, headers).expect(422, /idempotency_key_reused/);
    }
    expect((await check(unknown, 'newsletter')).body.status).toBe('requested');
    const device = (await api.post('/v1/devices', undefined, api.siteKey, { origin: ORIGIN }).expect(201)).body;
    const cookies = { notice: { id: 'cookies', version: '1.3', locale: 'sv' }, capture: { context: 'cookies', method: 'banner' } };
    const own = (ifVersion: number) => site({ subject: { device: device.token }, decisions: [{ purpose: 'statistics', decision: 'grant', ifVersion }], ...cookies });
    await own(3).expect(409, /version_moved/);
    await own(0).expect(201);
  });

  test('withdraws at once for a typed address, as somebody unverified', async () => {
    const known = someone();
    const { body } = await write({ subject: known, ...NEWSLETTER }).expect(201);
    await site({ subject: known, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect(202);
    const history = await api.get(`/v1/people/${body.person}/history`, api.keys['audit:read'], { 'samtycke-reason': 'test' });
    expect(history.body.events.at(-1)).toMatchObject({ type: 'consent-withdrawn', reason: 'unverified', actor: { kind: 'unverified', id: 'website' } });
  });

  test('speaks for the device whose token it brings, and reads that device alone', async () => {
    const device = (await api.post('/v1/devices', undefined, api.siteKey, { origin: ORIGIN }).expect(201)).body;
    const cookies = { notice: { id: 'cookies', version: '1.3', locale: 'sv' }, capture: { context: 'cookies', method: 'banner' } };
    const given = await site({ subject: { device: device.token }, decisions: [{ purpose: 'statistics', decision: 'grant' }], ...cookies }).expect(201);
    expect(given.body).toMatchObject({ person: device.device, decisions: [{ status: 'given', allowed: true }] });
    const asked = await api.post('/v1/check', { subject: { device: device.token }, purpose: 'statistics' }, api.siteKey, { origin: ORIGIN }).expect(200);
    expect(asked.body.allowed).toBe(true);
    await api.post('/v1/check', { subject: { email: 'a@b.se' }, purpose: 'newsletter' }, api.siteKey, { origin: ORIGIN }).expect(403, /site_key_not_allowed/);
  });

  test('is refused on the server for another origin, another purpose, a second identifier, and every route that reads', async () => {
    const body = { subject: someone(), ...NEWSLETTER };
    await site(body, { origin: 'https://evil.example' }).expect(403, /origin_not_allowed/);
    await api.post('/v1/consents', body, api.siteKey).expect(403, /origin_not_allowed/);
    await site({ ...body, decisions: [{ purpose: 'likeness-publication', decision: 'grant' }] }).expect(403, /purpose_not_allowed/);
    await site({ ...body, subject: { ...someone(), customer: '1' } }).expect(400, /one_identifier/);
    await api.post('/v1/people/lookup', { subject: body.subject }, api.siteKey, { origin: ORIGIN }).expect(403, /site_key_not_allowed/);
    await api.get('/v1/people/5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11/consents', api.siteKey, { origin: ORIGIN }).expect(403, /site_key_not_allowed/);
  });

  test('is told what would be refused for anybody: an unknown notice, a purpose that cannot be switched', async () => {
    await site({ subject: someone(), ...NEWSLETTER, notice: undefined }).expect(422, /notice_unknown/);
    await site({ subject: someone(), ...NEWSLETTER, occurredAt: new Date(Date.now() - 8 * 86_400_000).toISOString() }).expect(422, /occurred_too_long_ago/);
  });
});

describe('keys', () => {
  test('missing, malformed, unknown, of the wrong scope, expired, revoked: each is told by its code', async () => {
    const body = { subject: someone(), ...NEWSLETTER };
    await api.post('/v1/consents', body).expect(401, /key_missing/).expect('www-authenticate', 'Bearer');
    await api.post('/v1/consents', body, 'x').expect(401, /key_malformed/);
    await api.post('/v1/consents', body, 'sam_0123456789012345678901234567890123456789abc').expect(401, /key_unknown/);
    await api.post('/v1/consents', body, api.keys['consents:read']).expect(403, /scope_missing/);
    const expired = await api.makeKey({ kind: 'server', owner: 'crm', scopes: ['consents:write'], expiresAt: new Date(Date.now() - 1000) });
    await api.post('/v1/consents', body, expired.secret).expect(401, /key_expired/);
  });

  test('a new key works at once, and a revoked one is refused within five seconds', async () => {
    const { id, secret } = await api.makeKey({ kind: 'server', owner: 'erp', scopes: ['consents:backdate'] });
    const past = { occurredAt: '2026-01-01T00:00:00Z' };
    await api.post('/v1/consents', { subject: someone(), ...NEWSLETTER, ...past }, secret).expect(201);
    await api.fresh.pool.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [id]);
    const end = Date.now() + 5_000;
    let answer = await api.post('/v1/check', {}, secret);
    while (answer.body.code !== 'key_revoked' && Date.now() < end) answer = await api.post('/v1/check', {}, secret);
    expect(answer.body.code).toBe('key_revoked');
  });
});
