import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { revokeKey } from '#access';
import { loadCatalogue } from '#catalogue';
import { loadCatalogueInto } from '#setup';
import { until } from '#testing';
import { mailbox, type Mailbox } from '../setup/mailbox.js';
import { NEWSLETTER, ORIGIN, someone, testApi, type TestApi } from '../setup/api.js';

let api: TestApi;
let mails: Mailbox;
beforeAll(async () => {
  api = await testApi();
  mails = mailbox(api);
});
afterAll(async () => {
  await mails.close();
  await api.close();
});

const config = (lang = 'sv', headers: Record<string, string> = {}, key = api.siteKey) => api.get(`/v1/sites/${key}?lang=${lang}`, undefined, { origin: ORIGIN, ...headers });
const device = async (): Promise<string> => (await api.post('/v1/devices', undefined, api.siteKey, { origin: ORIGIN }).expect(201)).body.token;
const statusOf = async (token: string, purpose = 'statistics'): Promise<string> => (await api.post('/v1/check', { subject: { device: token }, purpose }, api.keys['consents:read']).expect(200)).body.status;

test('one small answer holds what a banner asks in the visitor’s language, with the notice that a choice is bound to', async () => {
  const { body, text, headers } = await config('nb,da-DK,en').expect(200);
  expect(body).toMatchObject({ locale: 'da', controller: 'Advansor A/S', notices: { cookies: { version: '1.3', holds: ['1.3'], stands: ['1.3'] } }, words: { refuse: 'Afvis alle' } });
  expect(body.purposes.map(({ id }: { id: string }) => id).sort()).toEqual(['analytics-segmentation', 'precise-location', 'site-improvement', 'statistics']);
  expect(body.purposes[0]).toEqual({ id: expect.any(String), title: expect.any(String), summary: expect.any(String), notice: 'cookies', months: 12 });
  expect(body.notices.cookies.sha256).toBe((await api.get('/v1/notices/cookies?locale=da')).body.sha256);
  expect(body.necessary).toHaveLength(1);
  expect(Buffer.byteLength(text)).toBeLessThan(6_000);
  expect(headers).toMatchObject({ 'cache-control': 'public, max-age=60', 'access-control-allow-origin': ORIGIN, vary: expect.stringContaining('Sec-GPC') });
  expect((await config('fi').expect(200)).body.locale).toBe('en');
});

test('a form brings the words of a form, and a banner carries none of them', async () => {
  const wordsOf = async (path: string): Promise<string[]> => Object.keys((await api.get(`/v1/sites/${api.siteKey}${path}`, undefined, { origin: ORIGIN }).expect(200)).body.words);
  const [banner, form] = [await wordsOf('?lang=sv'), await wordsOf('/forms/newsletter?lang=sv')];
  expect(form.filter((name) => !banner.includes(name)).sort()).toEqual(['changed', 'email', 'kept', 'linked', 'missing', 'rejected', 'send', 'sent']);
});

test('it is the same bytes for everybody, so a cache need not fetch it twice', async () => {
  const { headers } = await config().expect(200);
  await config('sv', { 'if-none-match': headers.etag ?? '' }).expect(304);
  expect((await config('sv', { 'sec-gpc': '1' }).expect(200)).body.gpc).toBe(true);
  expect((await config('sv', { 'sec-gpc': '0' }).expect(200)).body.gpc).toBeUndefined();
});

test('it holds only the purposes of its key, and is given to no page of another origin', async () => {
  const narrow = await api.makeKey({ kind: 'site', owner: 'shop', origins: [ORIGIN], purposes: ['statistics'] });
  expect((await config('sv', {}, narrow.secret).expect(200)).body.purposes).toMatchObject([{ id: 'statistics' }]);
  const { headers } = await config('sv', { origin: 'https://hostile.example' }).expect(403, /origin_not_allowed/);
  expect(headers['access-control-allow-origin']).toBe('*');
  const dead = await config('sv', { origin: 'https://hostile.example' }, 'sk_nobody_has_ever_made_this').expect(401, /key_unknown/);
  expect(dead.headers['access-control-allow-origin']).toBe('*');
  await config('sv', {}, api.keys['consents:read']).expect(403, /site_key_not_allowed/);
  await api.get(`/v1/sites/${narrow.secret}/forms/newsletter`, undefined, { origin: ORIGIN }).expect(403, /purpose_not_allowed/);
});

test('the portal’s key reads from which origins a living site key works, each once; of a key that was revoked or has ended there is nothing', async () => {
  const origins = async (): Promise<string[]> => (await api.get('/v1/sites', api.keys['people:write']).expect(200)).body.origins;
  const site = (owner: string, ...more: string[]) => api.makeKey({ kind: 'site', owner, origins: more, purposes: ['statistics'] });
  await api.makeKey({ kind: 'site', owner: 'ended', origins: ['https://ended.example'], purposes: ['statistics'], expiresAt: new Date(Date.now() - 1_000) });
  await site('twice', 'https://a-shop.example', ORIGIN);
  const { id } = await site('gone', 'https://gone.example', 'https://a-shop.example');
  await until(async () => (await origins()).includes('https://gone.example'));
  expect(await origins()).toEqual(['https://a-shop.example', 'https://gone.example', ORIGIN]);
  await revokeKey(api.fresh.pool, api.fresh.id, id);
  await until(async () => !(await origins()).includes('https://gone.example'));
  expect(await origins()).toEqual(['https://a-shop.example', ORIGIN]);
  await api.get('/v1/sites', api.siteKey, { origin: ORIGIN }).expect(403, /site_key_not_allowed/);
  await api.get('/v1/sites', api.keys['people:read']).expect(403, /scope_missing/);
  await api.get('/v1/sites').expect(401, /key_missing/);
});

test('a choice with the token of what was shown is bound to it; the token is kept as evidence', async () => {
  const [{ body }, token] = [await config(), await device()];
  const { version, snapshot, sha256 } = body.notices.cookies;
  const said = { subject: { device: token }, decisions: [{ purpose: 'statistics', decision: 'grant' }], notice: { id: 'cookies', version, locale: 'sv', snapshot }, capture: { context: 'cookies', method: 'banner' } };
  const { body: answer } = await api.post('/v1/consents', said, api.siteKey, { origin: ORIGIN }).expect(201);
  const { body: history } = await api.get(`/v1/people/${answer.person}/history`, api.keys['audit:read'], { 'samtycke-reason': 'a test' }).expect(200);
  expect(history.events[0]).toMatchObject({ notice: { version, sha256 }, evidence: { text: expect.any(String) } });
});

test.each([
  ['forged', () => 'eyJhbGciOiJIUzI1NiJ9.e30.AAAA'],
  ['of another text', async () => (await api.get('/v1/notices/newsletter-signup?locale=sv')).body.snapshot],
  ['of another language', async () => (await api.get('/v1/notices/cookies?locale=en')).body.snapshot],
])('a token that is %s makes no yes, and hinders no refusal and no withdrawal', async (_, made) => {
  const [snapshot, token] = [await made(), await device()];
  const says = (purpose: string, decision: string) => ({ purpose, decision });
  const send = (decisions: object[]) => api.post('/v1/consents', { subject: { device: token }, decisions, notice: { id: 'cookies', version: '1.3', locale: 'sv', snapshot }, capture: { context: 'cookies' } }, api.siteKey, { origin: ORIGIN });
  await send([says('statistics', 'grant')]).expect(422, /notice_unknown/);
  await send([says('statistics', 'grant'), says('site-improvement', 'refuse')]).expect(201);
  expect([await statusOf(token), await statusOf(token, 'site-improvement')]).toEqual(['unknown', 'refused']);
  await send([says('statistics', 'withdraw')]).expect(201);
});

test('a refusal is counted by site, and nothing else is kept of it', async () => {
  const before = await api.events();
  await api.post(`/v1/sites/${api.siteKey}/refusals`, undefined, undefined, { origin: ORIGIN }).expect(204);
  await api.post(`/v1/sites/${api.siteKey}/refusals`, undefined, undefined, { origin: 'https://hostile.example' }).expect(403);
  await api.post(`/v1/sites/${api.siteKey}/refusals`, undefined).expect(403);
  expect((await api.get('/metrics')).text).toContain('samtycke_refusals_total{site="website"} 1');
  expect(await api.events()).toBe(before);
});

test('the script is served to every origin, compressed, with a tag, and for ever under its version', async () => {
  const { headers, text } = await api.get('/samtycke.js', undefined, { 'accept-encoding': 'gzip' }).expect(200);
  expect(headers).toMatchObject({ 'content-type': 'text/javascript; charset=utf-8', 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin', 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
  await api.get('/samtycke.js', undefined, { 'accept-encoding': 'gzip', 'if-none-match': headers.etag ?? '' }).expect(304);
  const version = readFileSync('dist/libs/web/browser/version', 'utf8');
  const pinned = await api.get(`/samtycke/${version}/samtycke.js`).expect(200);
  expect(pinned.headers['cache-control']).toContain('immutable');
  expect(pinned.text).toBe(text);
  await api.get(`/samtycke/${version}/parts.js`).expect(200);
  for (const path of [`/samtycke/${version}/version`, `/samtycke/${version}/..%2f..%2fpackage.json`, '/samtycke/other/samtycke.js', `/samtycke/${version}/parts.js.map`]) await api.get(path).expect(404);
});

/** The fields of a page's form, as a browser would send them. */
const fieldsOf = (page: string): Record<string, string> => Object.fromEntries([...page.matchAll(/name="(\w+)" (?:type="email"[^>]*?)?value="([^"]*)"/g)].map(([, name, value]) => [name, value]));
const submit = (fields: Record<string, string>, headers: Record<string, string> = { origin: ORIGIN }) =>
  api.post(`/s/${api.siteKey}/newsletter`, new URLSearchParams(fields).toString() as never, undefined, { 'content-type': 'application/x-www-form-urlencoded', ...headers });

test('without JavaScript a form on the site leads to the notice, and only what is sent from there asks for the mail', async () => {
  const { email } = someone();
  const shown = await submit({ email, lang: 'da' }).expect(200);
  expect(shown.text).toContain('lang="da"');
  expect(shown.text).toContain(`value="${email}"`);
  await mails.follow();
  expect(mails.to(email)).toHaveLength(0);
  const fields = { ...fieldsOf(shown.text), email };
  const done = await submit(fields, { 'sec-fetch-site': 'same-origin', origin: 'null' }).expect(200);
  await until(async () => {
    await mails.follow();
    return mails.to(email).length === 1;
  });
  const again = await submit(fields, { 'sec-fetch-site': 'same-origin' }).expect(200);
  expect(again.text).toBe(done.text);
});

test('a page of another origin can make nobody sign up, and no typed text becomes markup', async () => {
  const page = (await api.get(`/s/${api.siteKey}/newsletter`).expect(200)).text;
  const fields: Record<string, string> = { ...fieldsOf(page), ...someone() };
  for (const headers of [{ origin: 'https://hostile.example' }, { origin: 'null', 'sec-fetch-site': 'cross-site' }, {}] as Record<string, string>[]) await submit(fields, headers).expect(403, /origin_not_allowed/);
  const told = await submit(fields, { origin: 'https://hostile.example', accept: 'text/html' }).expect(403).expect('content-type', /text\/html/);
  expect(told.text).not.toContain(fields.email);
  const { text } = await submit({ email: '"><script>alert(1)</script>' }).expect(200);
  expect(text).not.toContain('<script>');
  await submit({ ...fields, email: 'no address' }).expect(400, /aria-invalid/);
  await submit({ ...fields, snapshot: `${fields.snapshot}x` }).expect(400);
});

test('a material change asks anew from its publication, and what was given stands until its day', async () => {
  const next = loadCatalogue();
  const from = new Date(Date.now() + 86_400_000).toISOString().replace('Z', '000Z');
  const cookies = next.notices.filter(({ document }) => document.id === 'cookies');
  const newer = (version: string, change: 'editorial' | 'material') => cookies.map((one) => ({ ...one, document: { ...one.document, version, body: `${one.document.body}\n\n${version}.` }, change, from }));
  await loadCatalogueInto(api.fresh.options, { ...next, notices: [...next.notices, ...newer('1.4', 'editorial'), ...newer('2.0', 'material')] });
  const notice = await until(async () => {
    const { cookies: found } = (await config()).body.notices;
    return found.version === '2.0' && found;
  });
  expect(notice).toMatchObject({ holds: ['1.3', '1.4', '2.0'], stands: ['2.0'] });
  await api.post('/v1/consents', { subject: someone(), ...NEWSLETTER }, api.siteKey, { origin: ORIGIN }).expect(202);
});

test('who reads Norwegian is asked in Danish, the nearest that there is, by banner, by sign-up and without a script; English is what everybody else is asked in', async () => {
  for (const lang of ['nb', 'nn,en', 'no']) {
    expect((await config(lang).expect(200)).body.locale).toBe('da');
    expect((await api.get(`/v1/sites/${api.siteKey}/forms/newsletter?lang=${lang}`, undefined, { origin: ORIGIN }).expect(200)).body.locale).toBe('da');
  }
  expect((await config('fi').expect(200)).body.locale).toBe('en');
  const { text } = await api.get(`/s/${api.siteKey}/newsletter`, undefined, { accept: 'text/html', 'accept-language': 'en;q=0.5,nb-NO,nb;q=0.9' }).expect(200);
  expect(text).toContain('lang="da"');
});

test.each([['sv', /inget har skickats/], ['da', /intet er sendt/], ['en', /nothing was sent/]] as const)('a plain form whose key holds no more says so on a page to a visitor (%s), and to a program by its code', async (language, words) => {
  const path = '/s/sk_nobody_has_ever_made_this/newsletter';
  const headers = { accept: 'text/html', 'accept-language': language };
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN };
  for (const answer of [api.get(path, undefined, headers), api.post(path, 'email=anna%40example.se' as never, undefined, { ...headers, ...form })]) {
    const { text } = await answer.expect(401, words).expect('content-type', /^text\/html/);
    expect(text).toContain(`<html lang="${language}">`);
    expect(text).not.toMatch(/anna|<form/);
  }
  await api.get(path).expect(401, /key_unknown/);
});
