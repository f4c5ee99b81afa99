import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { KeyCache } from '#access';
import type { LedgerEvent } from '#contracts';
import { newHolderId, uuidv7 } from '#ledger';
import { until } from '#testing';
import type { ProblemError } from '../../apps/api/src/http/problem.js';
import { RightsRegister } from '../../apps/api/src/rights/register.js';
import { timerRegister, timers } from '../../apps/worker/src/timers.js';
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

const write = (body: unknown) => api.post('/v1/consents', body, api.keys['consents:write']);
const preferences = (person: string, body: object) => api.put(`/v1/people/${person}/preferences`, body, api.keys['consents:write']);
const act = (person: string, what: string, body: object) => api.post(`/v1/people/${person}/${what}`, body, api.keys['people:write'], { 'samtycke-reason': 'a test' });
const consents = async (person: string): Promise<Record<string, Record<string, unknown>>> => {
  const { body } = await api.get(`/v1/people/${person}/consents`, api.keys['consents:read']).expect(200);
  return Object.fromEntries(body.consents.map((one: { purpose: string }) => [one.purpose, one]));
};
const check = async (subject: object, purpose: string): Promise<boolean> => (await api.post('/v1/check', { subject, purpose }, api.keys['consents:read']).expect(200)).body.allowed;
const events = async (person: string): Promise<LedgerEvent[]> => {
  const { rows } = await api.fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1 ORDER BY seq', [person]);
  return rows.map(({ bytes }) => JSON.parse(bytes.toString()) as LedgerEvent);
};
const MARKETING = { decisions: [{ purpose: 'electronic-marketing', decision: 'grant', channels: ['app', 'sms'] }], notice: { id: 'order', version: '1.3', locale: 'sv' } };

async function given(): Promise<{ person: string; subject: { email: string } }> {
  const subject = someone();
  const { body } = await write({ subject, ...NEWSLETTER }).expect(201);
  await write({ subject, ...MARKETING }).expect(201);
  return { person: body.person, subject };
}

describe('restriction', () => {
  test('stops all but legal claims and vital interests at once, and its end gives back what was chosen', async () => {
    const { person, subject } = await given();
    const { body } = await act(person, 'restrict', { ground: 'eu-gdpr:A18-1-a', text: 'Adressen är fel' }).expect(200);
    expect(body).toMatchObject({ person, outcome: 'restricted', due: expect.any(String), right: expect.any(String) });
    const during = await consents(person);
    expect(Object.values(during).filter((one) => one.allowed).map((one) => one.purpose).sort()).toEqual(['legal-claims', 'vital-interests']);
    expect(during.newsletter).toMatchObject({ status: 'restricted', chosen: { status: 'given', allowed: true, channels: ['email'] } });
    expect(await check(subject, 'newsletter')).toBe(false);
    await write({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect(201);
    await act(person, 'restrict', { ground: 'verified', end: true }).expect(200);
    const after = await consents(person);
    expect(after.newsletter).toMatchObject({ status: 'withdrawn', allowed: false });
    expect(after['electronic-marketing']).toMatchObject({ status: 'given', allowed: true, channels: ['app', 'sms'] });
    expect(after.contract).toMatchObject({ allowed: true });
    await worker.follow();
    const { body: rights } = await api.get(`/v1/people/${person}/rights`, api.keys['people:read']).expect(200);
    expect(rights.rights.map((one: { right: string; state: string; outcome: string }) => [one.right, one.state, one.outcome])).toEqual([['restrict', 'closed', 'restricted'], ['restrict', 'closed', 'lifted']]);
  });

  test('lasts until the end of time where that is its end, and holds up no other that ends sooner', async () => {
    const [{ person }, { person: other }] = [await given(), await given()];
    await act(person, 'restrict', { ground: 'eu-gdpr:A18-1-a', until: '9999-12-31T23:59:59.999999Z' }).expect(200);
    await act(other, 'restrict', { ground: 'eu-gdpr:A18-1-a', until: '2020-01-01T00:00:00Z' }).expect(422, /restriction_in_past/);
    await act(other, 'restrict', { ground: 'eu-gdpr:A18-1-a', until: new Date(Date.now() + 500).toISOString() }).expect(200);
    const told = (await events(person)).filter(({ type, purpose }) => type === 'processing-restricted' && purpose === '~person');
    expect(told.map(({ fact }) => fact?.until)).toEqual(['9999-12-31T23:59:59.999968Z']);
    const { pool, id: ledger, ledger: appender, catalogue } = api.fresh;
    const register = timerRegister({ pool, ledger });
    await register.handleAll?.([...(await events(person)), ...(await events(other))].filter(({ type }) => register.types.includes(type)));
    const round = timers({ pool, ledger, appender, catalogue: async () => catalogue, log: pino({ level: 'silent' }) });
    await until(async () => (await round.run({ signal: new AbortController().signal, leads: () => true }), (await consents(other)).newsletter?.status === 'given'), { what: 'the end of the other restriction' });
    expect((await consents(person)).newsletter).toMatchObject({ status: 'restricted' });
  });

  test('writes one event for each purpose whose effect changes, ~person among the last, in one transaction', async () => {
    const { person } = await given();
    await act(person, 'restrict', { ground: 'eu-gdpr:A18-1-a' }).expect(200);
    const own = (await events(person)).slice(2);
    expect(new Set(own.map(({ request }) => request)).size).toBe(1);
    expect(own.map(({ ordinal }) => ordinal)).toEqual(own.map((_event, at) => at));
    expect(own.map(({ type }) => type).filter((type) => type !== 'processing-restricted')).toEqual(['right-requested', 'right-closed']);
    const purposes = own.filter(({ type }) => type === 'processing-restricted').map(({ purpose }) => purpose);
    expect(purposes.at(-1)).toBe('~person');
    expect(purposes.slice(0, -1)).toEqual([...purposes.slice(0, -1)].sort());
    expect(purposes).toContain('newsletter');
    expect(purposes).not.toContain('market-research');
  });
});

describe('what is asked for', () => {
  test('stands in the list of the person at once, whether or not the register has followed', async () => {
    const { person } = await given();
    const { body } = await act(person, 'complaints', { text: 'Ni ringde mig', country: 'SE' }).expect(201);
    const list = async () => (await api.get(`/v1/people/${person}/rights`, api.keys['people:read']).expect(200)).body.rights;
    expect(await list()).toEqual([expect.objectContaining({ right: 'complaint', event: body.right, state: 'open', due: expect.any(String) })]);
    await act(person, `rights/${body.right}/close`, { outcome: 'answered' }).expect(200);
    expect(await list()).toEqual([expect.objectContaining({ event: body.right, state: 'closed', outcome: 'answered' })]);
  });

  test('of a correction begins with what is held: ids and values for who may correct, with a trace', async () => {
    const { person, subject } = await given();
    const { body } = await api.get(`/v1/people/${person}/rectify`, api.keys['people:write'], { 'samtycke-reason': 'shown to the person' }).expect(200);
    expect(body).toEqual({ person, identifiers: [{ id: expect.any(String), kind: 'email', value: subject.email }] });
    const { rows } = await api.fresh.pool.query('SELECT what, reason FROM reads WHERE person = $1', [person]);
    expect(rows).toEqual([{ what: 'identifiers', reason: 'shown to the person' }]);
    await api.get(`/v1/people/${person}/rectify`, api.keys['people:read']).expect(403);
    await api.get(`/v1/people/${newHolderId()}/rectify`, api.keys['people:write'], { 'samtycke-reason': 'a test' }).expect(404);
  });
});

describe('preferences', () => {
  test('are offered by the purpose, topic by topic and with words', async () => {
    const { body } = await api.get('/v1/purposes').expect(200);
    const byId = new Map(body.purposes.map((one: { id: string; preferences?: unknown }) => [one.id, one.preferences]));
    expect(byId.get('newsletter')).toMatchObject({ topics: [{ id: 'company-news', texts: { sv: { title: 'Nyheter om företaget' } } }, { id: 'products' }, { id: 'training' }], frequencies: [{ id: 'every-issue' }, { id: 'monthly' }, { id: 'quarterly' }] });
    expect(byId.get('market-research')).toBeUndefined();
  });

  test('of the whole person stand beside his purposes while they hold, and not in an answer for the past', async () => {
    const { person } = await given();
    const answer = async (query = '') => (await api.get(`/v1/people/${person}/consents${query}`, api.keys['consents:read']).expect(200)).body;
    expect((await answer()).whole).toBeUndefined();
    const before = new Date().toISOString();
    await preferences(person, { pausedUntil: '2999-01-01T00:00:00Z' }).expect(200);
    await preferences(person, { suppressedChannels: ['sms'] }).expect(200);
    await act(person, 'restrict', { ground: 'eu-gdpr:A18-1-a' }).expect(200);
    expect((await answer()).whole).toEqual({ pausedUntil: '2999-01-01T00:00:00.000000Z', suppressedChannels: ['sms'], restrictedSince: expect.any(String) });
    expect((await answer(`?asOf=${before}`)).whole).toBeUndefined();
  });

  test('narrow a consent without withdrawing it, and show chosen beside what is in force', async () => {
    const { person, subject } = await given();
    await preferences(person, { purpose: 'electronic-marketing', channels: ['sms'], topics: ['offers'], frequency: 'monthly', language: 'da' }).expect(200);
    expect((await consents(person))['electronic-marketing']).toMatchObject({ status: 'given', channels: ['sms'], preferences: { topics: ['offers'], frequency: 'monthly', language: 'da' }, chosen: { channels: ['app', 'sms'] } });
    const { body } = await api.post('/v1/check', { subject, purpose: 'electronic-marketing', channel: 'app' }, api.keys['consents:read']).expect(200);
    expect(body.allowed).toBe(false);
    await preferences(person, { purpose: 'electronic-marketing', channels: null }).expect(200);
    expect((await consents(person))['electronic-marketing']).toMatchObject({ channels: ['app', 'sms'] });
  });

  test('never allow what was not consented to', async () => {
    const { person } = await given();
    const before = await api.events();
    await preferences(person, { purpose: 'electronic-marketing', channels: ['social'] }).expect(422, /channel_not_consented/);
    await preferences(person, { purpose: 'electronic-marketing', channels: ['post'] }).expect(422, /channel_unknown/);
    await preferences(person, { purpose: 'newsletter', topics: ['gossip'] }).expect(422, /topic_unknown/);
    await preferences(person, { purpose: 'newsletter', frequency: 'hourly' }).expect(422, /frequency_unknown/);
    await preferences(person, { purpose: 'newsletter', pausedUntil: '2020-01-01T00:00:00Z' }).expect(422, /pause_in_past/);
    await preferences(person, { purpose: 'contract', pausedUntil: '2999-01-01T00:00:00Z' }).expect(422, /not_switchable/);
    await preferences(person, { channels: ['sms'] }).expect(422, /purpose_missing/);
    const { body: unknown } = await preferences(person, { suppressedChannels: ['sms', 'e-mail'] }).expect(422, /channel_unknown/);
    expect(unknown).toMatchObject({ channel: 'e-mail', channels: expect.arrayContaining(['email', 'sms']) });
    await preferences(person, { purpose: 'newsletter', suppressed: true }).expect(422, /not_of_a_purpose/);
    await preferences(person, {}).expect(422, /nothing_to_change/);
    await preferences(person, { purpose: 'newsletter', colour: 'red' }).expect(400, /invalid_body/);
    expect(await api.events()).toBe(before);
  });

  test('a suppression stands above every choice that reaches the person, and no choice is lost under it', async () => {
    const { person, subject } = await given();
    await preferences(person, { suppressedChannels: ['sms'] }).expect(200);
    expect((await consents(person))['electronic-marketing']).toMatchObject({ allowed: true, channels: ['app'], chosen: { channels: ['app', 'sms'] } });
    await preferences(person, { suppressed: true }).expect(200);
    const silent = await consents(person);
    expect([silent.newsletter?.allowed, silent['electronic-marketing']?.allowed, silent['marketing-reach']?.allowed, silent.contract?.allowed]).toEqual([false, false, false, true]);
    expect(await check(subject, 'newsletter')).toBe(false);
    await preferences(person, { suppressed: false }).expect(200);
    expect((await consents(person))['electronic-marketing']).toMatchObject({ allowed: true, channels: ['app', 'sms'] });
  });

  test('a pause stops at once, and says until when', async () => {
    const { person } = await given();
    await preferences(person, { purpose: 'newsletter', pausedUntil: '2999-01-01T00:00:00Z' }).expect(200);
    expect((await consents(person)).newsletter).toMatchObject({ status: 'given', allowed: false, preferences: { pausedUntil: '2999-01-01T00:00:00.000000Z' } });
    await preferences(person, { purpose: 'newsletter', pausedUntil: null }).expect(200);
    expect((await consents(person)).newsletter).toMatchObject({ allowed: true });
  });
});

describe('an objection', () => {
  test('is overridden on a recorded compelling ground where the policy weighs it, never against direct marketing', async () => {
    const { person, subject } = await given();
    const say = (purpose: string, decision: string) => write({ subject, decisions: [{ purpose, decision }] });
    await act(person, 'objections/security-audit/override', { ground: 'incident' }).expect(409, /no_objection/);
    await say('security-audit', 'object').expect(201);
    await say('marketing-reach', 'object').expect(201);
    await act(person, 'objections/marketing-reach/override', { ground: 'incident' }).expect(409, /override_not_possible/);
    expect(await check(subject, 'security-audit')).toBe(false);
    await act(person, 'objections/security-audit/override', { ground: 'incident', text: 'Pågående intrångsutredning' }).expect(200);
    expect((await consents(person))['security-audit']).toMatchObject({ status: 'objected', allowed: true });
    expect(JSON.stringify(await events(person))).not.toContain('intrångsutredning');
    await say('security-audit', 'object').expect(201);
    expect(await check(subject, 'security-audit')).toBe(false);
    expect((await act(person, 'objections/security-audit/accept', {}).expect(200)).body).toMatchObject({ outcome: 'accepted', right: expect.any(String) });
    await act(person, 'objections/network-security/accept', {}).expect(409, /no_objection/);
    await say('security-audit', 'lift').expect(201);
    expect((await consents(person))['security-audit']).toMatchObject({ status: 'unknown', allowed: true });
  });

  test('that is overridden until a time holds again at that time, before the ledger comes round to it; a time that has passed is refused', async () => {
    const { person, subject } = await given();
    await write({ subject, decisions: [{ purpose: 'security-audit', decision: 'object' }] }).expect(201);
    await act(person, 'objections/security-audit/override', { ground: 'incident', until: '2020-01-01T00:00:00Z' }).expect(422, /override_in_past/);
    await act(person, 'objections/security-audit/override', { ground: 'incident', until: new Date(Date.now() + 2_000).toISOString() }).expect(200);
    expect(await check(subject, 'security-audit')).toBe(true);
    await until(async () => !(await check(subject, 'security-audit')));
    expect((await events(person)).at(-1)?.type).toBe('objection-lifted');
    expect((await consents(person))['security-audit']).toMatchObject({ status: 'objected', allowed: false });
  });
});

describe('correction', () => {
  test('changes what a person is found by, and says so by ids only', async () => {
    const { person, subject } = await given();
    const other = someone();
    const { body } = await api.get(`/v1/people/${person}/identifiers?purpose=newsletter`, api.keys['identifiers:read']).expect(200);
    await act(person, 'rectify', { add: other, remove: [body.identifiers[0].id.toUpperCase()] }).expect(200);
    await worker.follow();
    await api.post('/v1/people/lookup', { subject: other }, api.keys['people:read']).expect(200, { person });
    await api.post('/v1/people/lookup', { subject }, api.keys['people:read']).expect(404);
    const text = JSON.stringify(await events(person));
    expect(text).not.toContain(other.email);
    expect((await events(person)).find(({ type }) => type === 'identifiers-changed')?.fact).toEqual({ added: [{ id: expect.any(String), kind: 'email' }], removed: [{ id: body.identifiers[0].id, kind: 'email' }] });
  });

  test('of somebody who was merged: what leads to a part of him is shown, and goes, whichever id is named; a split finds nothing to give back', async () => {
    for (const named of ['part', 'home'] as const) {
      const [part, home] = [await given(), await given()];
      const [own] = (await api.get(`/v1/people/${part.person}/identifiers?purpose=newsletter`, api.keys['identifiers:read']).expect(200)).body.identifiers;
      await act(part.person, 'merge', { into: home.person }).expect(200);
      await worker.follow();
      const { body } = await api.get(`/v1/people/${home.person}/rectify`, api.keys['people:write'], { 'samtycke-reason': 'a test' }).expect(200);
      expect(body.identifiers).toHaveLength(2);
      await act({ part, home }[named].person, 'rectify', { add: part.subject, remove: [own.id] }).expect(200, /corrected/);
      await worker.follow();
      await api.post('/v1/people/lookup', { subject: part.subject }, api.keys['people:read']).expect(404);
      await api.post('/v1/people/lookup', { subject: home.subject }, api.keys['people:read']).expect(200, { person: home.person });
    }
  });

  test('never takes an identifier from somebody else', async () => {
    const [one, two] = [await given(), await given()];
    await act(one.person, 'rectify', { add: two.subject }).expect(409, /identifier_taken/);
    await act(one.person, 'rectify', { remove: [newHolderId()] }).expect(422, /identifier_unknown/);
    await act(one.person, 'rectify', {}).expect(422, /nothing_to_change/);
  });
});

describe('a complaint', () => {
  test('is acknowledged with a date and the authority of the country, and is open until it is closed', async () => {
    const { person } = await given();
    const { body } = await act(person, 'complaints', { text: 'Jag får sms fast jag sagt nej', country: 'SE' }).expect(201);
    expect(body).toMatchObject({ contact: 'marketing@advansor.dk', authorities: [{ id: 'imy' }], due: expect.any(String) });
    await worker.follow();
    const open = async (): Promise<unknown[]> => (await api.get('/v1/rights?state=open', api.keys['people:read']).expect(200)).body.rights.filter((one: { person: string }) => one.person === person);
    expect(await open()).toMatchObject([{ right: 'complaint', event: body.right, state: 'open' }]);
    await act(person, `rights/${body.right}/close`, { outcome: 'answered' }).expect(200);
    await worker.follow();
    expect(await open()).toEqual([]);
    await act(person, `rights/${body.right}/close`, { outcome: 'answered' }).expect(409, /right_closed/);
    await act(person, `rights/${newHolderId()}/close`, { outcome: 'answered' }).expect(404, /right_unknown/);
    expect(JSON.stringify(await events(person))).not.toContain('fast jag sagt nej');
  });
});

test('a request is closed once, also by five who close it at once', async () => {
  const { person } = await given();
  const { body } = await act(person, 'complaints', { text: 'Ni ringde mig', country: 'SE' }).expect(201);
  const key = await api.app.get(KeyCache).findNow(api.keys['people:write']);
  if (typeof key === 'string') throw new Error(key);
  const closings = await Promise.allSettled(Array.from({ length: 5 }, () => api.app.get(RightsRegister).close({ person, key }, body.right, 'answered')));
  expect(closings.map((one) => (one.status === 'rejected' ? (one.reason as ProblemError).problem.code : 'closed')).sort()).toEqual(['closed', ...Array<string>(4).fill('right_closed')]);
  expect((await events(person)).filter(({ type }) => type === 'right-closed')).toHaveLength(1);
});

describe('what somebody asked for before he was merged', () => {
  test('stands in the list of whom he is now, and is closed there, once', async () => {
    const [part, home] = [await given(), await given()];
    const { body } = await act(part.person, 'complaints', { text: 'Jag får sms', country: 'SE' }).expect(201);
    await act(part.person, 'merge', { into: home.person }).expect(200);
    await worker.follow();
    const list = async (person: string) => (await api.get(`/v1/people/${person}/rights`, api.keys['people:read']).expect(200)).body.rights;
    for (const { person } of [part, home]) expect(await list(person)).toMatchObject([{ right: 'complaint', event: body.right, state: 'open' }]);
    await act(home.person, `rights/${body.right}/close`, { outcome: 'answered' }).expect(200);
    await act(part.person, `rights/${body.right}/close`, { outcome: 'answered' }).expect(409, /right_closed/);
    await worker.follow();
    expect(await list(home.person)).toMatchObject([{ event: body.right, state: 'closed', outcome: 'answered' }]);
    const { rights } = (await api.get('/v1/rights?state=open', api.keys['people:read']).expect(200)).body;
    expect(rights.filter((one: { event: string }) => one.event === body.right)).toEqual([]);
  });
});

test('an erasure closes what somebody asked for, and what whoever was merged into him asked for: no list shows it open', async () => {
  const [part, home] = [await given(), await given()];
  const complaint = async ({ person }: { person: string }): Promise<string> => (await act(person, 'complaints', { text: 'Jag får sms', country: 'SE' }).expect(201)).body.right;
  const answered = await complaint(home);
  await act(home.person, `rights/${answered}/close`, { outcome: 'answered' }).expect(200);
  const [ofPart, ofHome] = [await complaint(part), await complaint(home)];
  await act(part.person, 'merge', { into: home.person }).expect(200);
  await worker.follow();
  await Promise.all([act(home.person, 'erase', {}).expect(200), until(async () => (await worker.follow(), (await events(part.person)).at(-1)?.type === 'person-erased'))]);
  await worker.follow();
  const { rights: open } = (await api.get('/v1/rights?state=open&limit=500', api.keys['people:read']).expect(200)).body;
  expect(open.filter(({ person }: { person: string }) => person === part.person || person === home.person)).toEqual([]);
  const list = async (person: string) => (await api.get(`/v1/people/${person}/rights`, api.keys['people:read']).expect(200)).body.rights;
  const erasedAt = async (person: string): Promise<number> => Date.parse((await events(person)).at(-1)?.recordedAt ?? '');
  const outcomes = async (person: string) => new Map((await list(person)).map((one: { event: string; outcome: string; closedAt: string }) => [one.event, [one.outcome, one.closedAt]]));
  expect((await outcomes(home.person)).get(answered)).toEqual(['answered', expect.any(String)]);
  expect((await outcomes(home.person)).get(ofHome)).toEqual(['erased', new Date(await erasedAt(home.person)).toISOString()]);
  for (const { person } of [part, home]) expect((await outcomes(person)).get(ofPart)).toEqual(['erased', new Date(await erasedAt(part.person)).toISOString()]);
  await act(home.person, `rights/${ofHome}/close`, { outcome: 'answered' }).expect(409, /right_closed/);
});

describe('a hold', () => {
  test('is set on a ground, shown, and ended', async () => {
    const { person } = await given();
    const { body } = await act(person, 'holds', { ground: 'claim', until: '2031-01-01T00:00:00Z' }).expect(201);
    const shown = async (): Promise<unknown[]> => (await api.get(`/v1/people/${person}/holds`, api.keys['people:read']).expect(200)).body.holds;
    expect(await shown()).toEqual([body]);
    await act(person, `holds/${body.id}/end`, {}).expect(204);
    await act(person, `holds/${body.id}/end`, {}).expect(404, /hold_unknown/);
    expect(await shown()).toMatchObject([{ id: body.id, until: expect.not.stringMatching(/^2031/) }]);
    await act(person, 'holds', { ground: 'Because she said so!' }).expect(400, /invalid_body/);
  });

  test('is not set on somebody who is being erased in that moment, nor on one who was', async () => {
    const { person } = await given();
    const client = await api.fresh.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`UPDATE persons SET state = '{"erased":true}' WHERE person = $1`, [person]);
      const asked = act(person, 'holds', { ground: 'claim' }).expect(410, /person_erased/).then(() => undefined);
      await until(async () => (await api.fresh.pool.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).rowCount === 1, { what: 'a hold that waits for the erasure' });
      await client.query('COMMIT');
      await asked;
    } finally {
      client.release(true);
    }
    expect((await api.fresh.pool.query('SELECT FROM holds WHERE person = $1', [person])).rowCount).toBe(0);
    await act(person, 'holds', { ground: 'claim' }).expect(410, /person_erased/);
  });
});

describe('access', () => {
  test('gives all that is held, as JSON and as a page in each language, and leaves its trace', async () => {
    const { person, subject } = await given();
    const { body: shown } = await api.get('/v1/notices/newsletter-signup?version=1.3&locale=sv').expect(200);
    const { body } = await act(person, 'access', {}).expect(200);
    expect(body).toMatchObject({ person, identifiers: [{ kind: 'email', value: subject.email }], exceptions: [{ right: 'access' }, { right: 'erase' }] });
    expect(body.events).toHaveLength(4);
    expect(body.evidence.map((one: { kind: string }) => one.kind)).toContain('ip');
    expect(body.reads).toMatchObject([{ what: 'access', reason: 'a test' }]);
    for (const [locale, words] of [['sv', 'Det här har vi sparat om dig'], ['da', 'Det har vi gemt om dig'], ['en', 'What we hold about you']] as const) {
      const { text } = await api.post(`/v1/people/${person}/access`, { locale }, api.keys['people:write'], { accept: 'text/html', 'samtycke-reason': 'a test' }).expect('content-type', /text\/html/);
      expect(text).toContain(words);
      expect(text).toContain(subject.email);
      expect(text).toMatch(/\d\d[:.]\d\d CES?T<\/time>/);
      expect(text).not.toContain('UTC');
      // Under its own title, whatever the language of the page, and whatever the catalogue calls its context today.
      expect(text).toContain(`<span lang="sv">${shown.title}</span> (newsletter-signup 1.3, sv)`);
    }
    await api.post(`/v1/people/${person}/access`, {}, api.keys['people:write']).expect(400, /reason_required/);
  });

  test('names on its page a language that nobody has a name for by its code', async () => {
    const { person } = await given();
    for (const [language, name] of [['da', 'danska'], ['sv-46', 'sv-46']] as const) {
      await api.put(`/v1/people/${person}/preferences`, { purpose: 'newsletter', language }, api.keys['consents:write']).expect(200);
      const { text } = await api.post(`/v1/people/${person}/access`, { locale: 'sv' }, api.keys['people:write'], { accept: 'text/html', 'samtycke-reason': 'a test' }).expect(200);
      expect(text).toContain(`Språk: ${name}<`);
    }
  });

  test('names on its page the devices that are linked, and who decided in the portal as the person himself', async () => {
    const { person } = await given();
    const { body: { device, token } } = await api.post('/v1/devices', {}, api.siteKey, { origin: ORIGIN }).expect(201);
    const { secret } = await api.makeKey({ kind: 'server', owner: 'portal', scopes: ['consents:write', 'people:write'] });
    await until(async () => (await api.post(`/v1/people/${person}/links`, { device: token }, secret)).status === 201);
    await api.post('/v1/consents', { subject: { person }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }, secret).expect(201);
    await worker.follow();
    for (const [locale, linked, himself, system] of [['sv', 'Kopplade enheter', 'Du, i kundportalen', 'Ett av våra system'], ['da', 'Koblede enheder', 'Dig, i kundeportalen', 'Et af vores systemer'], ['en', 'Linked devices', 'You, in the customer portal', 'One of our systems']] as const) {
      const { text } = await api.post(`/v1/people/${person}/access`, { locale }, api.keys['people:write'], { accept: 'text/html', 'samtycke-reason': 'a test' }).expect(200);
      expect(text).toContain(`<h2>${linked}</h2>`);
      expect(text).toContain(`<th scope="row">${device}</th>`);
      // The rest was written by another system's key.
      expect(text.split(himself).length - 1).toBeGreaterThanOrEqual(2);
      expect(text).toContain(`<td>${system}</td>`);
    }
  });

  test('says on its page which mails were sent, when, and to which address as far as it is held', async () => {
    const { person, subject } = await given();
    const { body: { identifiers: [{ id }] } } = await act(person, 'access', {}).expect(200);
    const [asked, gone] = [uuidv7(), uuidv7()];
    const { event } = (await events(person)).find(({ type }) => type === 'consent-granted') as LedgerEvent;
    const sent = `INSERT INTO mails (ledger, kind, event, person, sent_at) VALUES ($1, $2, $3, $4, $5)`;
    for (const [kind, reference, at] of [['confirmation', event, '2026-03-01T09:00:00Z'], ['way-back', asked, '2026-03-02T09:00:00Z'], ['held', gone, '2026-03-03T09:00:00Z']]) await api.fresh.pool.query(sent, [api.fresh.id, kind, reference, person, at]);
    await api.fresh.pool.query(`INSERT INTO mail_links (ledger, hash, kind, person, reference, identifier, locale, expires_at) VALUES ($1, $2, 'way-back', $3, $4, $5, 'sv', now())`, [api.fresh.id, Buffer.from(asked), person, asked, id]);
    const { body } = await act(person, 'access', {}).expect(200);
    expect(body.mails.map((one: { kind: string; identifier?: string }) => [one.kind, one.identifier])).toEqual([['confirmation', id], ['way-back', id], ['held', undefined]]);
    for (const [locale, title, kinds] of [
      ['sv', 'Mejl som vi har skickat till dig', ['Fråga om du bekräftar ditt ja', 'Besked om att något avslutades', 'Fråga om du vill avsluta något']],
      ['da', 'Mails, som vi har sendt til dig', ['Spørgsmål, om du bekræfter dit ja', 'Besked om, at noget blev stoppet', 'Spørgsmål, om du vil stoppe noget']],
      ['en', 'Mails that we sent to you', ['Question whether you confirm your yes', 'Notice that something was stopped', 'Question whether you want to stop something']],
    ] as const) {
      const { text } = await api.post(`/v1/people/${person}/access`, { locale }, api.keys['people:write'], { accept: 'text/html', 'samtycke-reason': 'a test' }).expect(200);
      const section = text.split(`<h2>${title}</h2>`)[1]?.split('</section>')[0] ?? '';
      const cells = [...section.matchAll(/<t[hd](?: [^>]*)?>(?:<time datetime="([^"]+)">)?([^<]*)/g)].slice(3).map(([, time, words]) => time ?? words);
      expect(cells).toEqual([kinds[0], '2026-03-01T09:00:00.000Z', subject.email, kinds[1], '2026-03-02T09:00:00.000Z', subject.email, kinds[2], '2026-03-03T09:00:00.000Z', '']);
    }
  });

  test('is not given again to a call that comes once more after the erasure, though the worker has removed nothing', async () => {
    const { body: { person } } = await api.post('/v1/consents', { subject: someone(), ...NEWSLETTER }, api.keys['consents:write']).expect(201);
    const ask = () => api.post(`/v1/people/${person}/access`, {}, api.keys['people:write'], { 'samtycke-reason': 'a test', 'idempotency-key': `access-${person}` });
    expect((await ask().expect(200)).body.evidence).not.toEqual([]);
    await api.post(`/v1/people/${person}/erase`, {}, api.keys['people:write']).expect(200);
    await ask().expect(410, /person_erased/);
  });
});

test('a purpose on which nothing is recorded follows what holds for the whole person: a restriction closes it, also to who asks for addresses', async () => {
  const { person } = await given();
  const addresses = async (): Promise<number> => (await api.get(`/v1/people/${person}/identifiers?purpose=marketing-reach`, api.keys['identifiers:read']).expect(200)).body.identifiers.length;
  expect([(await consents(person))['marketing-reach'], await addresses()]).toMatchObject([{ allowed: true }, 1]);
  await act(person, 'restrict', { ground: 'eu-gdpr:A18-1-a' }).expect(200);
  // As of a purpose that the catalogue got after the restriction.
  await api.fresh.pool.query(`DELETE FROM heads WHERE person = $1 AND purpose = 'marketing-reach'`, [person]);
  expect([(await consents(person))['marketing-reach'], await addresses(), await check({ person }, 'marketing-reach')]).toMatchObject([{ allowed: false, status: 'restricted' }, 0, false]);
  const then = new Date().toISOString();
  const asOfThen = async () => (await api.get(`/v1/people/${person}/consents?asOf=${then}&knownAt=${then}`, api.keys['consents:read']).expect(200)).body.consents.find((one: { purpose: string }) => one.purpose === 'marketing-reach');
  await api.fresh.pool.query(`DELETE FROM evidence WHERE person = $1 AND event IN (SELECT event FROM events WHERE person = $1 AND purpose = 'marketing-reach')`, [person]);
  await api.fresh.pool.query(`DELETE FROM events WHERE person = $1 AND purpose = 'marketing-reach'`, [person]);
  const before = await asOfThen();
  expect(before).toMatchObject({ allowed: false, status: 'restricted' });
  await write({ subject: { person }, decisions: [{ purpose: 'marketing-reach', decision: 'object' }] }).expect(201);
  expect(await asOfThen()).toEqual(before);
});

describe('erasure', () => {
  test('removes all that names the person, ends every permission, and keeps the events verifiable', async () => {
    const { person, subject } = await given();
    const erase = () => act(person, 'erase', { kept: [{ category: 'contact', ground: 'contract', until: '2030-01-01T00:00:00Z' }] }).set('idempotency-key', 'erase-with-kept');
    const asked = erase().expect(200);
    const gone = async (): Promise<boolean> => {
      await worker.follow();
      return (await api.fresh.pool.query('SELECT 1 FROM person_keys WHERE person = $1', [person])).rowCount === 0;
    };
    const [{ body }] = await Promise.all([asked, until(gone)]);
    expect(body).toMatchObject({ outcome: 'erased', removed: true, erased: { identifiers: 1, purposes: expect.arrayContaining(['newsletter', 'electronic-marketing']) }, kept: [{ category: 'contact', ground: 'contract' }] });
    for (const table of ['identifiers', 'evidence', 'person_keys', 'tokens', 'mails', 'due_mails', 'links']) {
      expect((await api.fresh.pool.query(`SELECT 1 FROM ${table} WHERE person = $1`, [person])).rowCount).toBe(0);
    }
    const { rows } = await api.fresh.pool.query<{ dump: string }>(`SELECT string_agg(t::text, '') AS dump FROM (SELECT encode(bytes, 'escape') AS t FROM events UNION ALL SELECT state FROM heads UNION ALL SELECT answer FROM idempotency) AS all_of_it (t)`);
    expect(rows[0]?.dump).not.toContain(subject.email.split('@')[0]);
    expect(Object.values(await consents(person)).filter((one) => one.allowed)).toEqual([]);
    const all = await events(person);
    expect(all.at(-1)).toMatchObject({ type: 'person-erased', purpose: '~person', reason: 'erased', after: { erased: true } });
    expect(all.filter(({ type, reason }) => type === 'consent-withdrawn' && reason === 'erased').map(({ purpose }) => purpose)).toEqual(['electronic-marketing', 'newsletter']);
    const { body: proof } = await api.get(`/v1/people/${person}/history`, api.keys['audit:read'], { 'samtycke-reason': 'a test' }).expect(200);
    expect(proof.events).toHaveLength(all.length);
    // Whose answer was lost, his portal for one, learns afterwards what became of it.
    expect((await erase().expect(200)).body).toEqual(body);
    await act(person, 'erase', {}).expect(410, /person_erased/);
    const { body: register } = await api.get(`/v1/people/${person}/rights`, api.keys['people:write']).expect(200);
    expect(register.rights).toContainEqual(expect.objectContaining({ right: 'erase', state: 'closed', outcome: 'erased' }));
  });

  test('stays: nobody else takes the person up again, a "no" is answered and writes nothing, his own confirmation begins anew', async () => {
    const { person, subject } = await given();
    await act(person, 'erase', {}).expect(200);
    await worker.follow();
    const before = await api.events();
    await write({ subject, ...NEWSLETTER }).expect(409, /person_erased/);
    const { body } = await write({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect(200);
    expect(body.decisions).toMatchObject([{ purpose: 'newsletter', status: 'withdrawn', allowed: false }]);
    await write({ subject: { person }, ...NEWSLETTER }).expect(409, /person_erased/);
    await write({ subject: { person }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect(200);
    const never = await write({ subject: { person }, decisions: [{ purpose: 'likeness-publication', decision: 'withdraw' }] }).expect(200);
    expect(never.body.decisions).toMatchObject([{ purpose: 'likeness-publication', status: 'withdrawn', allowed: false }]);
    const both = api.makeKey({ kind: 'server', owner: 'crm', scopes: ['consents:write', 'people:write'] });
    await api.post('/v1/consents', { subject: { person, ...someone() }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }, (await both).secret).expect(200);
    expect((await api.fresh.pool.query('SELECT 1 FROM identifiers WHERE person = $1', [person])).rowCount).toBe(0);
    await act(person, 'restrict', { ground: 'x' }).expect(410, /person_erased/);
    await act(person, 'restrict', { ground: 'x', until: '2026-W05-1' }).expect(400, /invalid_body/);
    await preferences(person, { suppressed: true }).expect(410, /person_erased/);
    expect(await api.events()).toBe(before);

    const typed = { subject, decisions: [{ purpose: 'market-research', decision: 'grant' }], notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' } };
    await api.post('/v1/consents', typed, api.siteKey, { origin: ORIGIN }).expect(202);
    expect([await check(subject, 'market-research'), await check(subject, 'marketing-reach')]).toEqual([false, false]);
    const typedAs = (await api.fresh.pool.query<{ person: string }>(`SELECT person FROM events WHERE purpose = 'market-research' ORDER BY recorded_at DESC LIMIT 1`)).rows[0]?.person;
    const { body: address } = await api.get(`/v1/people/${typedAs}/identifiers?purpose=marketing-reach`, api.keys['identifiers:read']).expect(200);
    expect(address).toEqual({ identifiers: [] });
    expect((await api.fresh.pool.query(`SELECT type FROM events WHERE purpose = 'market-research' ORDER BY recorded_at DESC LIMIT 1`)).rows).toEqual([{ type: 'request-opened' }]);
    await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.siteKey, { origin: ORIGIN }).expect(202);
    await write({ subject, ...NEWSLETTER }).expect(409, /person_erased/);
    const { rows } = await api.fresh.pool.query<{ person: string; event: string }>(`SELECT person, event FROM events WHERE type = 'request-opened' ORDER BY recorded_at DESC LIMIT 1`);
    const [request] = rows;
    expect(request?.person).not.toBe(person);
    const { Tokens, tokenHash } = await import('#vault');
    const token = new Tokens(api.fresh.keyring.origin, api.fresh.keyring.tokens).confirmation(request?.event ?? '');
    const soon = new Date(Date.now() + 60_000);
    await api.fresh.pool.query('INSERT INTO tokens (ledger, hash, person, purpose, event, expires_at) VALUES ($1, $2, $3, $4, $5, $6)', [api.fresh.id, tokenHash(token), request?.person, 'newsletter', request?.event, soon]);
    await api.post(`/c/${token}`, {}).expect(200);
    await worker.follow();
    const { body: again } = await write({ subject, ...MARKETING }).expect(201);
    expect(again.person).toBe(request?.person);
  });

  test('says how much was held on all of somebody, those who were merged into him too, and that it is removed only once theirs is', async () => {
    for (const named of ['part', 'home'] as const) {
      const [part, home] = [await given(), await given()];
      await act(part.person, 'merge', { into: home.person }).expect(200);
      await worker.follow();
      const { rows: [held] } = await api.fresh.pool.query<{ identifiers: number; evidence: number }>(
        'SELECT (SELECT count(*)::int FROM identifiers WHERE person = ANY ($1)) AS identifiers, (SELECT count(*)::int FROM evidence WHERE person = ANY ($1)) AS evidence', [[part.person, home.person]],
      );
      // Of the whole all is removed, of the part nothing: as where the worker was ended between the two.
      const asked = act({ part, home }[named].person, 'erase', {}).expect(200).then(({ body }) => body as unknown);
      await until(async () => (await events(home.person)).some(({ type }) => type === 'person-erased'));
      for (const table of ['identifiers', 'person_keys']) await api.fresh.pool.query(`DELETE FROM ${table} WHERE person = $1`, [home.person]);
      expect(await asked).toMatchObject({ outcome: 'erased', erased: held, removed: false });
      expect(held?.identifiers).toBe(2);
      await worker.follow();
    }
  }, 30_000);

  test('keeps the address of the erased from everybody: nobody is corrected to it, and beside a known person’s "no" it is left out', async () => {
    const [gone, other] = [await given(), await given()];
    await act(gone.person, 'erase', {}).expect(200);
    await worker.follow();
    await act(other.person, 'rectify', { add: gone.subject }).expect(409, /person_erased/);
    const { secret } = await api.makeKey({ kind: 'server', owner: 'crm', scopes: ['consents:write', 'people:write'] });
    const customer = `c-${newHolderId()}`;
    const both = { subject: { person: other.person, customer, ...gone.subject }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] };
    const { body } = await api.post('/v1/consents', both, secret).expect(201);
    expect(body.decisions).toMatchObject([{ person: other.person, status: 'withdrawn' }]);
    await api.post('/v1/people/lookup', { subject: { customer } }, api.keys['people:read']).expect(200, { person: other.person });
    await api.post('/v1/people/lookup', { subject: gone.subject }, api.keys['people:read']).expect(404);
    expect(await check(gone.subject, 'marketing-reach')).toBe(false);
  });

  test('removes an address that is damaged, too, and holds up nobody’s erasure for it: the other addresses are kept from everybody all the same', async () => {
    const [damaged, next] = [await given(), await given()];
    const phone = '+46701740606';
    await act(damaged.person, 'rectify', { add: { phone } }).expect(200);
    await api.fresh.pool.query(`UPDATE identifiers SET sealed = sha256(''::bytea) || sealed WHERE person = $1 AND kind = 'email'`, [damaged.person]);
    for (const { person } of [damaged, next]) {
      const isErased = async (): Promise<boolean> => (await worker.follow(), (await api.fresh.pool.query('SELECT FROM person_keys WHERE person = $1', [person])).rowCount === 0);
      await Promise.all([act(person, 'erase', {}).expect(200), until(isErased)]);
    }
    const { rows } = await api.fresh.pool.query('SELECT FROM identifiers WHERE person = ANY ($1)', [[damaged.person, next.person]]);
    expect(rows).toEqual([]);
    for (const subject of [{ phone }, next.subject]) await write({ subject, ...NEWSLETTER }).expect(409, /person_erased/);
  });

  test('takes the devices that are the person’s own, and leaves those that others use too', async () => {
    const [one, two] = [await given(), await given()];
    const [own, shared] = [newHolderId(), newHolderId()];
    const link = (person: string, device: string) => api.fresh.pool.query('INSERT INTO links (ledger, person, device) VALUES ($1, $2, $3)', [api.fresh.id, person, device]);
    for (const [person, device] of [[one.person, own], [one.person, shared], [two.person, shared]] as const) await link(person, device);
    await act(one.person, 'erase', {}).expect(200);
    await worker.follow();
    expect((await events(own)).at(-1)).toMatchObject({ type: 'person-erased', kind: 'device' });
    expect(await events(shared)).toEqual([]);
  });
});
