import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import type { LedgerEvent } from '#contracts';
import { NEWSLETTER, ORIGIN, someone } from '../setup/api.js';
import { mailWorld, type MailWorld } from '../setup/mail-world.js';

let world: MailWorld;
let api: MailWorld['api'];
let mails: MailWorld['mails'];
let worker: MailWorld['worker'];
beforeAll(async () => {
  world = await mailWorld();
  ({ api, mails, worker } = world);
});
afterAll(async () => {
  await world.close();
});

let networks = 0;
const network = (): string => `10.${Math.floor((networks += 1) / 250)}.${networks % 250}.7`;
const site = (body: unknown, source = network()) => api.post('/v1/consents', body, api.siteKey, { origin: ORIGIN, 'x-forwarded-for': source });
const server = () => request(api.app.getHttpServer());
const state = async (subject: object) => (await api.post('/v1/check', { subject, purpose: 'newsletter' }, api.keys['consents:read'])).body.status;
const WITHDRAW = { decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] };

async function eventsOf(subject: object): Promise<LedgerEvent[]> {
  const { person } = (await api.post('/v1/people/lookup', { subject }, api.keys['people:read']).expect(200)).body;
  return (await api.get(`/v1/people/${person}/history`, api.keys['audit:read'], { 'samtycke-reason': 'test' })).body.events;
}

/** Somebody who signed up on the website and has his mail. */
async function asked(notice: object = NEWSLETTER.notice): Promise<{ subject: { email: string }; path: string }> {
  const subject = someone();
  await site({ subject, ...NEWSLETTER, notice }).expect(202);
  await mails.follow();
  return { subject, path: mails.linkIn(mails.to(subject.email)[0]) };
}

/** Everything that a look at a link could have changed. */
async function everything(): Promise<unknown> {
  const tables = ['events', 'heads', 'persons', 'evidence', 'tokens', 'mails', 'mail_links', 'reads', 'idempotency', 'outbox'];
  const counts = tables.map(async (table) => (await api.fresh.pool.query(`SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS sum FROM ${table} t`)).rows[0]);
  return Promise.all(counts);
}

test('the page names the company, and once confirmed leads to all choices of the address that it went to', async () => {
  const { path } = await asked();
  const { text: before } = await server().get(path).expect(200, /Advansor A\/S/);
  expect(before).not.toContain('/p/');
  const { text: confirmed } = await server().post(path).expect(200, /Advansor A\/S/);
  const { text: again } = await server().get(path).expect(200);
  for (const text of [confirmed, again]) {
    const way = /<a href="(\/p\/[^"]+)">Se alla dina val<\/a>/.exec(text)?.[1] ?? '';
    await server().get(way).expect(200, /Nyhetsbrev/);
  }
});

test('a scanner’s GET, HEAD and prefetch of the link change nothing at all', async () => {
  const { subject, path } = await asked();
  const before = await everything();
  for (let times = 0; times < 20; times += 1) await server().get(path).expect(200, /Ja, jag bekräftar/);
  await server().get(path).set('sec-purpose', 'prefetch;prerender').expect(200);
  await server().get(path).set('purpose', 'prefetch').expect(200);
  await server().head(path).expect(200);
  expect(await everything()).toEqual(before);
  expect(await state(subject)).toBe('requested');
});

test('the button gives the consent once, also when it is pressed ten times at once; a later press says that it is done', async () => {
  const { subject, path } = await asked();
  const presses = await Promise.all(Array.from({ length: 10 }, () => server().post(path)));
  expect(new Set(presses.map((press) => press.status))).toEqual(new Set([200]));
  expect((await eventsOf(subject)).map((event) => event.type)).toEqual(['request-opened', 'consent-granted']);
  await server().post(path).expect(200, /Det är redan klart/);
  expect(await eventsOf(subject)).toHaveLength(2);
});

test('a link that went to an address which was corrected away gives nothing: whoever reads that mail is somebody else', async () => {
  const [{ subject, path }, right] = [await asked(), someone()];
  const { person } = (await api.post('/v1/people/lookup', { subject }, api.keys['people:read']).expect(200)).body;
  const reason = { 'samtycke-reason': 'a typing error' };
  const [typed] = (await api.get(`/v1/people/${person}/rectify`, api.keys['people:write'], reason).expect(200)).body.identifiers;
  await api.post(`/v1/people/${person}/rectify`, { add: right, remove: [typed.id] }, api.keys['people:write'], reason).expect(200);
  await worker.follow();
  await server().get(path).expect(200, /gäller inte längre/);
  await server().post(path).expect(410, /gäller inte längre/);
  expect(await state(right)).toBe('requested');
});

test('nor does it lead to the receipt of what was confirmed before the address was corrected away', async () => {
  const { subject, path } = await asked();
  await server().post(path).expect(200);
  const { headers } = await server().get(`${path}/receipt`).expect(303);
  expect(headers.location).toContain('/v1/receipts/');
  const { person } = (await api.post('/v1/people/lookup', { subject }, api.keys['people:read']).expect(200)).body;
  const reason = { 'samtycke-reason': 'a typing error' };
  const [typed] = (await api.get(`/v1/people/${person}/rectify`, api.keys['people:write'], reason).expect(200)).body.identifiers;
  await api.post(`/v1/people/${person}/rectify`, { add: someone(), remove: [typed.id] }, api.keys['people:write'], reason).expect(200);
  await worker.follow();
  await server().get(`${path}/receipt`).expect(303).expect('location', path);
});

test('a used link is used up: after a later withdrawal it gives nothing again', async () => {
  const { subject, path } = await asked();
  await server().post(path).expect(200);
  await site({ subject, ...WITHDRAW }).expect(202);
  await server().post(path).expect(410, /gäller inte längre/);
  expect(await state(subject)).toBe('withdrawn');
});

test('a mail says for how many days its link works, also one that had to wait for a day', async () => {
  const { subject } = await asked();
  await site({ subject, ...WITHDRAW }).expect(202);
  await site({ subject, ...NEWSLETTER }).expect(202);
  await mails.follow();
  expect(mails.to(subject.email).map(({ text }) => / (\d) dagar/.exec(text)?.[1])).toEqual(['7']);
  for (const aged of ['UPDATE mails SET sent_at = sent_at', 'UPDATE tokens SET expires_at = expires_at', 'UPDATE due_mails SET due_at = due_at']) await api.fresh.pool.query(`${aged} - interval '24 hours'`);
  await mails.follow();
  expect(mails.to(subject.email).map(({ text }) => / (\d) dagar/.exec(text)?.[1])).toEqual(['7', '6']);
});

test('a link ends after seven days; a withdrawal closes the request, and its link then gives nothing', async () => {
  const ended = await asked();
  const { rows } = await api.fresh.pool.query<{ days: number }>(`SELECT extract(epoch FROM max(expires_at) - now()) / 86400 AS days FROM tokens`);
  expect(Number(rows[0]?.days)).toBeCloseTo(7, 1);
  await api.fresh.pool.query('UPDATE tokens SET expires_at = now() - make_interval(secs => 1) WHERE expires_at = (SELECT max(expires_at) FROM tokens)');
  await server().post(ended.path).expect(410);
  expect(await state(ended.subject)).toBe('requested');
  const closed = await asked();
  await site({ subject: closed.subject, ...WITHDRAW }).expect(202);
  await server().get(closed.path).expect(200, /gäller inte längre/);
  await server().post(closed.path).expect(410);
  expect(await state(closed.subject)).toBe('withdrawn');
});

test('a request changes nothing while the consent is given', async () => {
  const { subject, path } = await asked();
  await server().post(path).expect(200);
  await site({ subject, ...NEWSLETTER }).expect(202);
  await mails.follow();
  expect((await eventsOf(subject)).map((event) => event.type)).toEqual(['request-opened', 'consent-granted']);
  expect(mails.to(subject.email)).toHaveLength(1);
});

test('a thousand requests for one address are one request and send one mail, in the language of what was shown', async () => {
  const subject = someone();
  const notice = { ...NEWSLETTER.notice, locale: 'da' };
  for (let at = 0; at < 1_000; at += 50) await Promise.all(Array.from({ length: 50 }, () => site({ subject, ...NEWSLETTER, notice }).expect(202)));
  await mails.follow();
  await mails.follow();
  expect((await eventsOf(subject)).map((event) => event.type)).toEqual(['request-opened']);
  expect(mails.to(subject.email).map((mail) => mail.subject)).toEqual(['Bekræft: Nyhedsbrev']);
});

test('asking, withdrawing and asking again in turn sends no second mail that day; the next day it does, and the newest link counts', async () => {
  const { subject, path } = await asked();
  for (let times = 0; times < 5; times += 1) {
    await site({ subject, ...WITHDRAW }).expect(202);
    await site({ subject, ...NEWSLETTER }).expect(202);
    await mails.follow();
  }
  expect(mails.to(subject.email)).toHaveLength(1);
  const [first] = await eventsOf(subject);
  await api.fresh.pool.query(`UPDATE mails SET sent_at = sent_at - interval '25 hours' WHERE person = $1`, [first?.person]);
  await api.fresh.pool.query(`UPDATE heads SET state = jsonb_set(state::jsonb, '{open,at}', '"2026-01-01T00:00:00.000000Z"')::text WHERE person = $1`, [first?.person]);
  await site({ subject, ...NEWSLETTER }).expect(202);
  await mails.follow();
  expect(mails.to(subject.email)).toHaveLength(2);
  const newest = mails.linkIn(mails.to(subject.email)[1]);
  await server().post(path).expect(410, /ersatt av en nyare/);
  await server().post(newest).expect(200, /Tack, det är bekräftat/);
  expect(await state(subject)).toBe('given');
});

test('over a person’s own "no" a typed yes asks by mail, also for a purpose that asks nobody else; a stranger’s counts at once where there is none', async () => {
  const marketing = (decision: string) => ({ decisions: [{ purpose: 'electronic-marketing', decision }], notice: { id: 'order', version: '1.3', locale: 'sv' } });
  const standing = async (subject: object) => (await api.post('/v1/check', { subject, purpose: 'electronic-marketing' }, api.keys['consents:read'])).body;
  const [one, other] = [someone(), someone()];
  await api.post('/v1/consents', { subject: one, ...marketing('withdraw') }, api.keys['consents:write']).expect(201);
  for (const subject of [one, other]) await site({ subject, ...marketing('grant') }).expect(202, { accepted: true });
  expect(await standing(other)).toMatchObject({ allowed: true, status: 'given' });
  expect(await standing(one)).toMatchObject({ allowed: false, status: 'requested' });
  await mails.follow();
  expect([mails.to(one.email), mails.to(other.email)].map((all) => all.length)).toEqual([1, 0]);
  const path = mails.linkIn(mails.to(one.email)[0]);
  await server().get(path).expect(200, /Det gäller: App, Sms, Sociala medier\./);
  await server().post(path).expect(200, /Tack, det är bekräftat/);
  expect(await standing(one)).toMatchObject({ allowed: true, status: 'given' });
});

test('tokens are stored as hashes alone: neither the tables nor the events hold a link', async () => {
  const { path } = await asked();
  const token = path.slice('/c/'.length);
  for (const table of ['tokens', 'mails', 'events', 'evidence', 'heads']) {
    const { rows } = await api.fresh.pool.query<{ text: string }>(`SELECT t::text AS text FROM ${table} t`);
    expect(rows.filter(({ text }) => text.includes(token) || text.includes(Buffer.from(token).toString('hex')))).toEqual([]);
  }
});
