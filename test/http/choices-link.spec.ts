import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import type { LedgerEvent } from '#contracts';
import { newHolderId } from '#ledger';
import { Tokens } from '#vault';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';
import { followedBy } from '../setup/follow.js';
import { mailbox, type Mailbox } from '../setup/mailbox.js';

let api: TestApi;
let mails: Mailbox;
let worker: ReturnType<typeof followedBy>;
beforeAll(async () => {
  api = await testApi();
  mails = mailbox(api);
  worker = followedBy(api);
});
afterAll(async () => {
  await worker.close();
  await mails.close();
  await api.close();
});

interface Known {
  person: string;
  subject: { email: string };
  path: string;
}

const server = () => request(api.app.getHttpServer());
const write = (body: unknown) => api.post('/v1/consents', body, api.keys['consents:write']);
const act = (person: string, what: string, body: object) => api.post(`/v1/people/${person}/${what}`, body, api.keys['people:write'], { 'samtycke-reason': 'a test' });
const press = (path: string, form: string) => server().post(path).type('form').send(form);
const MARKETING = { decisions: [{ purpose: 'electronic-marketing', decision: 'grant', channels: ['app', 'sms'] }], notice: { id: 'order', version: '1.3', locale: 'sv' } };

/** Somebody with two consents, and the link that came with his address. */
async function given(): Promise<Known> {
  const subject = someone();
  const { body } = await write({ subject, ...NEWSLETTER }).expect(201);
  await write({ subject, ...MARKETING }).expect(201);
  const { body: address } = await api.get(`/v1/people/${body.person}/identifiers?purpose=newsletter`, api.keys['identifiers:read']).expect(200);
  expect(address.preferences).toMatch(/^https:\/\/consent\.example\.test\/p\/[\w.-]+$/);
  return { person: body.person, subject, path: new URL(address.preferences).pathname };
}

const eventsOf = async (person: string): Promise<LedgerEvent[]> => {
  const { rows } = await api.fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1 ORDER BY seq', [person]);
  return rows.map(({ bytes }) => JSON.parse(bytes.toString()) as LedgerEvent);
};

const statusOf = async (person: string, purpose: string): Promise<string | undefined> => {
  const { body } = await api.get(`/v1/people/${person}/consents`, api.keys['consents:read']).expect(200);
  return body.consents.find((one: { purpose: string }) => one.purpose === purpose)?.status;
};

/** Everything that a look at a link could have changed. */
async function everything(): Promise<unknown> {
  const tables = ['events', 'heads', 'persons', 'evidence', 'tokens', 'mails', 'mail_links', 'reads', 'idempotency', 'outbox'];
  return Promise.all(tables.map(async (table) => (await api.fresh.pool.query(`SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS sum FROM ${table} t`)).rows[0]));
}

describe('what the link shows', () => {
  test('every purpose of the person in plain words, with state and legal basis, and nothing that names him', async () => {
    const { person, subject, path } = await given();
    const { text } = await server().get(path).expect(200);
    for (const words of ['Nyhetsbrev', 'Annan digital marknadsföring', 'Marknadsundersökningar', 'GDPR 6.1 a']) expect(text).toContain(words);
    expect(text).not.toContain(subject.email);
    expect(text).not.toContain(person);
    expect(text).toMatch(/name="purpose" value="newsletter"/);
    expect(text).not.toMatch(/name="purpose" value="market-research"/);
    expect(text).not.toMatch(/name="purpose" value="contract"/);
  });

  test('the text that a yes stands under, in the version that was shown, and none where there is no yes', async () => {
    const { path } = await given();
    const link = 'href="https://portal.example.test/notices/newsletter-signup?version=1.3&amp;locale=sv"';
    expect((await server().get(path).expect(200)).text).toMatch(new RegExp(`Texten du sa ja till: <a ${link.replaceAll('?', '\\?')} rel="noreferrer">[^<]+, 1\\.3</a>`));
    await press(path, 'purpose=newsletter').expect(200);
    expect((await server().get(path).expect(200)).text).not.toContain(link);
  });

  test('once a yes is renewed, the text of the renewal', async () => {
    const { person, subject, path } = await given();
    await write({ subject, ...MARKETING, notice: { ...MARKETING.notice, locale: 'da' } }).expect(201);
    expect(await statusOf(person, 'electronic-marketing')).toBe('renewed');
    expect((await server().get(path).expect(200)).text).toContain('href="https://portal.example.test/notices/order?version=1.3&amp;locale=da"');
  });

  test('in the language that was asked for, else the browser’s', async () => {
    const { path } = await given();
    await server().get(path).set('accept-language', 'da').expect(200, /<html lang="da">/);
    await server().get(`${path}?lang=en`).set('accept-language', 'da').expect(200, /<html lang="en">/);
    for (const norwegian of ['nb-NO,nb;q=0.9,no;q=0.8,nn;q=0.7,en;q=0.5', 'nn', 'no']) await server().get(path).set('accept-language', norwegian).expect(200, /<html lang="da">/);
    await server().get(path).set('accept-language', 'sv;q=0.4,en;q=0.8').expect(200, /<html lang="en">/);
    await server().get(`${path}?lang=constructor`).set('accept-language', 'da').expect(200, /<html lang="da">/);
  });

  test('GET, HEAD and prefetch change nothing at all', async () => {
    const { path } = await given();
    const before = await everything();
    for (let times = 0; times < 5; times += 1) await server().get(path).expect(200);
    await server().get(`${path}?purpose=newsletter&all=1`).set('sec-purpose', 'prefetch').expect(200);
    await server().head(path).expect(200);
    expect(await everything()).toEqual(before);
  });

  test('it sends no referrer, stands in nobody’s frame, is never cached, and leads to the sign-in for the rest', async () => {
    const { path } = await given();
    const { headers, text } = await server().get(path).expect(200);
    expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).toContain("form-action 'self'");
    expect(text).toContain('<meta name="robots" content="noindex">');
    expect(text).toContain('href="https://portal.example.test/sign-in"');
    expect(text).not.toContain('<script');
  });
});

describe('what the link does', () => {
  test('a POST withdraws one purpose without a sign-in, as the person, by the address that the mail went to', async () => {
    const { person, path } = await given();
    const { text } = await press(path, 'purpose=newsletter').expect(200);
    expect(text).toContain('role="status"');
    expect(await statusOf(person, 'newsletter')).toBe('withdrawn');
    expect(await statusOf(person, 'electronic-marketing')).toBe('given');
    expect((await eventsOf(person)).at(-1)).toMatchObject({ type: 'consent-withdrawn', purpose: 'newsletter', reason: 'person', actor: { kind: 'person', id: person }, via: 'email', capture: { method: 'mail-link' } });
    const count = await api.events();
    await press(path, 'purpose=newsletter').expect(200);
    expect(await api.events()).toBe(count);
  });

  test('it objects to a legitimate interest, and says no for every device', async () => {
    const { person, path } = await given();
    await press(path, 'purpose=marketing-reach').expect(200);
    await press(path, 'purpose=statistics').expect(200);
    expect(await statusOf(person, 'marketing-reach')).toBe('objected');
    expect((await eventsOf(person)).slice(-2).map(({ type, purpose }) => [type, purpose])).toEqual([['objection-raised', 'marketing-reach'], ['consent-refused', 'statistics']]);
  });

  test('a no that is overridden until a day is shown as what it is: still in use, until then', async () => {
    const { person, subject, path } = await given();
    await write({ subject, decisions: [{ purpose: 'security-audit', decision: 'object' }] }).expect(201);
    await act(person, 'objections/security-audit/override', { ground: 'incident', until: '2099-03-01T00:00:00Z' }).expect(200);
    const { text } = await server().get(path).expect(200);
    expect(text).toMatch(/Du har sagt nej, men vi har tvingande skäl att fortsätta, sedan [^<]*, till [^<]*2099/);
  });

  test('one press stops everything that can be stopped, and nothing that a contract or the law needs', async () => {
    const { person, path } = await given();
    const { text } = await press(path, 'all=1').expect(200);
    for (const purpose of ['newsletter', 'electronic-marketing']) expect(await statusOf(person, purpose)).toBe('withdrawn');
    expect(await statusOf(person, 'marketing-reach')).toBe('objected');
    const { body } = await api.get(`/v1/people/${person}/consents`, api.keys['consents:read']);
    expect(body.consents.filter((one: { allowed: boolean }) => one.allowed).map((one: { purpose: string }) => one.purpose).sort()).toEqual(['contract', 'due-diligence-duty', 'legal-claims', 'legal-duties', 'support', 'vital-interests']);
    const devices = [...api.fresh.catalogue.purposes.values()].filter(({ holder, choice }) => holder === 'device' && choice !== 'told').map(({ id }) => id);
    expect([...text.matchAll(/name="purpose" value="([^"]*)"/g)].map(([, id]) => id).sort()).toEqual(devices.sort());
    expect(text).not.toContain('name="all"');
    expect(text).toContain('Du sade nej för alla dina enheter den');
  });

  test('it never gives: no form, no decision and no purpose that only tells changes anything', async () => {
    const { person, path } = await given();
    const before = await api.events();
    for (const form of ['', 'purpose=contract', 'purpose=nothing', 'purpose=', 'decision=grant', 'purpose=market-research&decision=grant&turn=on']) await press(path, form).expect(form.startsWith('purpose=market') ? 200 : 422);
    expect((await eventsOf(person)).filter(({ type }) => type === 'consent-granted')).toHaveLength(2);
    expect(await api.events()).toBeLessThanOrEqual(before + 1);
  });

  test('a withdrawal is taken while a request waits for its confirmation, and closes it', async () => {
    const { person, path } = await given();
    await press(path, 'all=1').expect(200);
    await write({ subject: { person }, decisions: [{ purpose: 'newsletter', decision: 'request' }], notice: NEWSLETTER.notice, capture: NEWSLETTER.capture }).expect(201);
    await press(path, 'purpose=newsletter').expect(200);
    expect(await statusOf(person, 'newsletter')).toBe('withdrawn');
  });
});

describe('a hostile or old link', () => {
  test('a token of another kind, of another ledger, cut or of somebody’s own making opens nothing and does nothing', async () => {
    const { person, path } = await given();
    const { tokens: set, origin } = api.fresh.keyring;
    const own = new Tokens(origin, set);
    const wrong = [
      await own.unsubscribe({ person, purpose: 'newsletter' }),
      await own.device(person),
      await new Tokens(origin, { current: 'x', keys: { x: Buffer.alloc(32, 7).toString('base64') } }).choices({ person }),
      path.slice('/p/'.length, -4),
      'eyJhbGciOiJkaXIifQ..x.y.z',
    ];
    const before = await api.events();
    for (const token of wrong) {
      const { text } = await server().get(`/p/${token}`).expect(404);
      expect(text).not.toContain('name="purpose"');
      await press(`/p/${token}`, 'all=1').expect(404);
    }
    await server().get(`/u/${path.slice('/p/'.length)}`).expect(404);
    expect(await api.events()).toBe(before);
  });

  test('a link of one person says and changes nothing about another', async () => {
    const [anna, bo] = [await given(), await given()];
    await press(`${anna.path}?person=${bo.person}`, `all=1&person=${bo.person}&subject=${bo.subject.email}`).expect(200);
    expect(await statusOf(bo.person, 'newsletter')).toBe('given');
    expect(await statusOf(anna.person, 'newsletter')).toBe('withdrawn');
  });

  test('after erasure it answers 200 with nothing personal, writes nothing, and offers nothing', async () => {
    const { person, subject, path } = await given();
    await act(person, 'erase', {}).expect(200);
    const before = await api.events();
    for (const send of [() => server().get(path), () => press(path, 'all=1'), () => press(path, 'purpose=newsletter')]) {
      const { text } = await send().expect(200);
      expect(text).not.toContain(subject.email);
      expect(text).not.toContain('Nyhetsbrev');
      expect(text).not.toContain('name="purpose"');
    }
    await worker.follow();
    await server().get(path).expect(200);
    expect(await api.events()).toBe(before);
  });

  test('somebody whom the ledger never knew gets the same answer as somebody erased', async () => {
    const { path, person } = await given();
    await act(person, 'erase', {}).expect(200);
    const token = await new Tokens(api.fresh.keyring.origin, api.fresh.keyring.tokens).choices({ person: newHolderId() });
    expect((await server().get(`/p/${token}`).expect(200)).text).toBe((await server().get(path).expect(200)).text);
  });

  test('a link to an address that was corrected away shows nothing any more, and still stops', async () => {
    const { person, path } = await given();
    const { body } = await api.get(`/v1/people/${person}/rectify`, api.keys['people:write'], { 'samtycke-reason': 'a test' }).expect(200);
    await act(person, 'rectify', { add: someone(), remove: [body.identifiers[0].id] }).expect(200);
    await worker.follow();
    const { text } = await server().get(path).expect(200);
    expect(text).not.toContain('Nyhetsbrev');
    expect(text).toContain('name="all"');
    await press(path, 'all=1').expect(200);
    expect(await statusOf(person, 'newsletter')).toBe('withdrawn');
  });

  test('a link from before a merge shows and stops what holds for whom the person was merged into', async () => {
    const [anna, bo] = [await given(), await given()];
    await act(anna.person, 'merge', { into: bo.person }).expect(200);
    await press(anna.path, 'purpose=newsletter').expect(200);
    expect(await statusOf(bo.person, 'newsletter')).toBe('withdrawn');
  });
});

describe('where the link stands', () => {
  test('in the mail that asks for a confirmation, so that whoever never asked sees what is held and says no', async () => {
    const subject = someone();
    await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.siteKey, { origin: 'https://www.example.se' }).expect(202);
    await mails.follow();
    const [mail] = mails.to(subject.email);
    const link = /https:\/\/\S+\/p\/\S+/.exec(mail?.text ?? '')?.[0] ?? '';
    expect(mail?.html).toContain(link);
    const { text } = await server().get(new URL(link).pathname).expect(200);
    expect(text).toContain('Nyhetsbrev');
    await press(new URL(link).pathname, 'purpose=newsletter').expect(200);
    expect((await api.post('/v1/check', { subject, purpose: 'newsletter' }, api.keys['consents:read'])).body.status).not.toBe('requested');
  });
});
