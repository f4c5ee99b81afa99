import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import request from 'supertest';
import { loadCatalogue } from '#catalogue';
import type { LedgerEvent } from '#contracts';
import { loadCatalogueInto } from '#setup';
import { nextVersion, until } from '#testing';
import { Tokens } from '#vault';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';
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

const server = () => request(api.app.getHttpServer());
const post = (path: string, fields: Record<string, string> = {}, language = 'sv') => server().post(path).set('accept-language', language).type('form').send(fields);

let version = NEWSLETTER.notice.version;

interface Subscriber {
  subject: { email: string };
  person: string;
  path: string;
}

async function subscriber(): Promise<Subscriber> {
  const subject = someone();
  const { person } = (await api.post('/v1/consents', { subject, ...NEWSLETTER, notice: { ...NEWSLETTER.notice, version } }, api.keys['consents:write']).expect(201)).body;
  const { body } = await api.get(`/v1/people/${person}/identifiers?purpose=newsletter`, api.keys['identifiers:read']).expect(200);
  return { subject, person, path: new URL(body.unsubscribe).pathname };
}

const pathOf = async (person: string, purpose: string): Promise<string> => `/u/${await new Tokens(api.fresh.keyring.origin, api.fresh.keyring.tokens).unsubscribe({ person, purpose })}`;
const allowed = async ({ subject }: Subscriber): Promise<boolean> => (await api.post('/v1/check', { subject, purpose: 'newsletter' }, api.keys['consents:read'])).body.allowed;
const eventsOf = async ({ person }: Subscriber): Promise<LedgerEvent[]> => (await api.get(`/v1/people/${person}/history`, api.keys['audit:read'], { 'samtycke-reason': 'test' })).body.events;
const wordIn = (page: string): string => /name="undo" value="([^"]+)"/.exec(page)?.[1] ?? '';
const press = async ({ path }: Subscriber): Promise<string> => wordIn((await post(path).expect(200, /Du är avanmäld/)).text);
const undo = ({ path }: Subscriber, word: string) => post(`${path}/undo`, { undo: word });

/** The address is the person's no more. */
async function correctAway({ person }: Subscriber): Promise<void> {
  const { body } = await api.get(`/v1/people/${person}/rectify`, api.keys['people:write'], { 'samtycke-reason': 'a test' }).expect(200);
  await api.post(`/v1/people/${person}/rectify`, { add: someone(), remove: [body.identifiers[0].id] }, api.keys['people:write']).expect(200);
  await worker.follow();
}

/** Runs something as if it were so much later. */
async function later<T>(ms: number, act: () => Promise<T>): Promise<T> {
  const now = Date.now.bind(Date);
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + ms);
  try {
    return await act();
  } finally {
    clock.mockRestore();
  }
}

async function everything(): Promise<unknown> {
  const tables = ['events', 'heads', 'persons', 'evidence', 'tokens', 'mails', 'mail_links', 'reads', 'idempotency', 'outbox'];
  return Promise.all(tables.map(async (table) => (await api.fresh.pool.query(`SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS sum FROM ${table} t`)).rows[0]));
}

const opened = async (): Promise<number> => Number((await api.fresh.pool.query<{ n: string }>(`SELECT coalesce(sum(count), 0) AS n FROM link_counts WHERE link = 'unsubscribe' AND what = 'opened'`)).rows[0]?.n);

describe('a link in a newsletter', () => {
  test('fetched in a burst by mail scanners changes nothing; each fetch is counted, and nothing of whom or by whom', async () => {
    const one = await subscriber();
    const [before, counted] = [await everything(), await opened()];
    await Promise.all(Array.from({ length: 60 }, (_, at) => (at % 3 === 0 ? server().head(one.path) : server().get(one.path)).set('user-agent', 'scanner').expect(200)));
    await server().get(one.path).set('sec-purpose', 'prefetch;prerender').expect(200);
    expect(await everything()).toEqual(before);
    expect(await allowed(one)).toBe(true);
    await until(async () => (await opened()) === counted + 61);
    const { text } = await api.get('/metrics');
    expect(text).toMatch(/samtycke_link_views_total\{link="unsubscribe",method="GET"\} \d+/);
    expect(text).toMatch(/samtycke_link_views_total\{link="unsubscribe",method="HEAD"\} \d+/);
    expect(text).not.toContain(one.path.slice(3, 40));
  });

  test('names the company, and leads from what was done to the sign-in: the link to one purpose opens none to all', async () => {
    const one = await subscriber();
    const way = '<a href="https://portal.example.test/sign-in">Logga in och se alla dina val</a>';
    const { text: asked } = await server().get(one.path).expect(200, /Vill du avsluta ”Nyhetsbrev”\?/);
    expect(asked).not.toContain(way);
    const { text: done } = await post(one.path).expect(200, /Vi har avslutat ”Nyhetsbrev”/);
    const { text: undone } = await undo(one, wordIn(done)).expect(200, /Vi fortsätter med ”Nyhetsbrev”/);
    for (const text of [done, undone]) expect(text).toContain(way);
    for (const text of [asked, done, undone]) {
      expect(text).toContain('<p class="company">Advansor A/S</p>');
      expect(text).not.toContain('/p/');
    }
  });

  test('says of no purpose that it does not know that it is over', async () => {
    const { person } = await subscriber();
    const path = await pathOf(person, 'dropped-letter');
    const before = await everything();
    await server().get(path).expect(404, /går inte att läsa/);
    await post(path).expect(404, /går inte att läsa/);
    await post(path, { 'List-Unsubscribe': 'One-Click' }).expect(404);
    expect(await everything()).toEqual(before);
  });

  test.each([
    ['sv', 'ingår alltid', 'går inte att stänga av här'],
    ['da', 'er altid en del af det', 'kan ikke slås fra her'],
    ['en', 'is always part of it', 'cannot be switched off here'],
  ])('of a purpose that is only told offers no button and answers a press with a page that says so (%s)', async (language, title, text) => {
    const path = await pathOf((await subscriber()).person, 'contract');
    const before = await everything();
    const shown = await server().get(path).set('accept-language', language).expect(200, new RegExp(text));
    expect(shown.text).toContain(title);
    expect(shown.text).not.toContain('<button');
    expect((await post(path, {}, language).expect(200)).text).toBe(shown.text);
    expect((await post(path, { 'List-Unsubscribe': 'One-Click' }, language).expect(200)).text).toBe(shown.text);
    await post(`${path}/undo`, { undo: 'x' }, language).expect(410).expect('content-type', /html/);
    expect(await everything()).toEqual(before);
  });

  test('says nothing of whom it is for, nor for what', async () => {
    const { person, path, subject } = await subscriber();
    const parts = path.slice('/u/'.length).split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    for (const word of [person, person.replaceAll('-', ''), 'newsletter', subject.email]) expect([path, ...parts].join(' ')).not.toContain(word);
  });

  test('says what is so: a consent that goes on in the person he was merged into, or after a pause, can be ended', async () => {
    const [anna, bo, paused] = [await subscriber(), await subscriber(), await subscriber()];
    await api.post(`/v1/people/${anna.person}/merge`, { into: bo.person }, api.keys['people:write']).expect(200);
    await until(async () => allowed(bo), { timeoutMs: 5_000, what: 'the merge' });
    await server().get(anna.path).set('accept-language', 'sv').expect(200, /Ja, avsluta/);
    await post(anna.path).expect(200, /Du är avanmäld/);
    expect(await allowed(bo)).toBe(false);
    await server().get(anna.path).set('accept-language', 'sv').expect(200, /Du är avanmäld/);
    await api.put(`/v1/people/${paused.person}/preferences`, { purpose: 'newsletter', pausedUntil: new Date(Date.now() + 86_400_000).toISOString() }, api.keys['consents:write']).expect(200);
    expect(await allowed(paused)).toBe(false);
    await server().get(paused.path).set('accept-language', 'sv').expect(200, /Ja, avsluta/);
  });

  test('tells nobody who reads the mail of an address that was corrected away whether it goes on; he stops it all the same', async () => {
    const [going, ended] = [await subscriber(), await subscriber()];
    await api.post('/v1/consents', { subject: ended.subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }, api.keys['consents:write']).expect(201);
    for (const one of [going, ended]) await correctAway(one);
    const pages = await Promise.all([going, ended].map(async ({ path }) => (await server().get(path).set('accept-language', 'sv').expect(200)).text));
    expect(pages[0]).toContain('Ja, avsluta');
    expect(pages[1]).toBe(pages[0]);
    await press(going);
    expect((await eventsOf(going)).at(-1)).toMatchObject({ type: 'consent-withdrawn' });
    expect((await server().get(going.path).set('accept-language', 'sv').expect(200)).text).toBe(pages[0]);
  });

  test('ends it at one press, with no sign-in and no question; pressed again the answer is the same', async () => {
    const one = await subscriber();
    await server().get(one.path).expect(200, /Ja, avsluta/);
    await post(one.path).expect(200, /Du är avanmäld/);
    await post(one.path).expect(200, /Du är avanmäld/);
    expect(await allowed(one)).toBe(false);
    expect((await eventsOf(one)).map(({ type }) => type)).toEqual(['consent-granted', 'consent-withdrawn']);
  });

  test.each([
    ['its pair alone, whatever comes beside it', 'List-Unsubscribe=One-Click&x=1', 'one-click'],
    ['another word', 'List-Unsubscribe=Two-Click', 'mail-link'],
    ['a text that merely holds the word', 'note=One-Click', 'mail-link'],
    ['nothing', '', 'mail-link'],
  ])('a POST with %s ends it, and is told apart in the history', async (_, body, method) => {
    const one = await subscriber();
    await server().post(one.path).type('form').send(body).expect(200);
    expect((await eventsOf(one)).at(-1)).toMatchObject({ type: 'consent-withdrawn', capture: { method }, reason: method === 'one-click' ? 'one-click' : 'person' });
  });
});

describe('undoing', () => {
  test('is one press on the page that answers, and gives back what stood: a consent of the person under the text shown there, caused by the withdrawal', async () => {
    const one = await subscriber();
    const page = (await post(one.path).expect(200)).text;
    expect(page).toContain('Var det ett misstag?');
    expect(page).toMatch(/<details><summary>Det här säger du ja till igen<\/summary>\s*<div lang="sv">/);
    await undo(one, wordIn(page)).expect(200, /Det gäller igen/);
    expect(await allowed(one)).toBe(true);
    const [given, withdrawn, again] = await eventsOf(one);
    expect(again).toMatchObject({
      type: 'consent-granted', actor: { kind: 'person', id: one.person }, notice: given?.notice, capture: { method: 'undo' }, causes: [withdrawn?.event],
      via: given?.via, viaId: given?.viaId, after: { allowed: true, channels: given?.after?.channels },
    });
  });

  test('happens once: pressed ten times at once it gives one consent, and after another withdrawal the word gives nothing', async () => {
    const one = await subscriber();
    const word = await press(one);
    const answers = await Promise.all(Array.from({ length: 10 }, () => undo(one, word)));
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect(answers.every(({ status }) => status === 200 || status === 410)).toBe(true);
    await undo(one, word).expect(200, /Det gäller igen/);
    expect((await eventsOf(one)).map(({ type }) => type)).toEqual(['consent-granted', 'consent-withdrawn', 'consent-granted']);
    await post(one.path).expect(200);
    await undo(one, word).expect(410, /inte att ångra längre/);
    expect(await allowed(one)).toBe(false);
  });

  test('needs the word of that very press: neither the link alone nor the word of another person gives anything', async () => {
    const [one, other] = [await subscriber(), await subscriber()];
    const [word, foreign] = [await press(one), await press(other)];
    for (const wrong of ['', foreign, `${word}x`, word.replace(/\.(.)/, (_, first) => `.${first === 'A' ? 'B' : 'A'}`), `${foreign.split('.')[0]}.${word.split('.')[1]}`]) await undo(one, wrong).expect(410);
    await undo({ ...one, path: '/u/eyJhbGciOiJkaXIifQ..x.y.z' }, word).expect(404);
    expect([await allowed(one), await allowed(other)]).toEqual([false, false]);
  });

  test('is offered to nobody but who pressed: not by GET, not to a mail program', async () => {
    const one = await subscriber();
    expect(wordIn((await server().get(one.path)).text)).toBe('');
    await press(one);
    expect(wordIn((await server().get(one.path).expect(200, /Du är avanmäld/)).text)).toBe('');
    expect(await press(one)).not.toBe('');
    const other = await subscriber();
    expect(wordIn((await post(other.path, { 'List-Unsubscribe': 'One-Click' }).expect(200)).text)).toBe('');
    expect(await press(other)).toBe('');
  });

  test('is offered for nothing that was ended elsewhere, and to nobody who was erased', async () => {
    const one = await subscriber();
    await api.post('/v1/consents', { subject: one.subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }, api.keys['consents:write']).expect(201);
    expect(await press(one)).toBe('');
    const erased = await subscriber();
    await api.post(`/v1/people/${erased.person}/erase`, {}, api.keys['people:write']).expect(200);
    expect(await press(erased)).toBe('');
  });

  test('is for nobody who reads the mail of an address that was corrected away: he stops, and gives nothing back', async () => {
    const [one, other] = [await subscriber(), await subscriber()];
    const word = await press(one);
    for (const each of [one, other]) await correctAway(each);
    expect(await press(other)).toBe('');
    await undo(one, word).expect(410, /inte att ångra längre/);
    for (const each of [one, other]) expect((await eventsOf(each)).filter(({ type }) => type === 'consent-granted')).toHaveLength(1);
  });

  test('GET of its address leads back to the page and changes nothing', async () => {
    const one = await subscriber();
    await press(one);
    const before = await everything();
    const { headers } = await server().get(`${one.path}/undo`).expect(303);
    expect(headers.location).toBe(one.path);
    await server().head(`${one.path}/undo`).expect(303);
    expect(await everything()).toEqual(before);
  });

  test.each([
    ['sv', 'Ångra, jag vill fortsätta', 'Det gäller igen'],
    ['da', 'Fortryd, jeg vil fortsætte', 'Det gælder igen'],
    ['en', 'Undo, I want to stay', 'It applies again'],
  ])('speaks %s', async (language, button, done) => {
    const one = await subscriber();
    const { text } = await post(one.path, {}, language).expect(200);
    expect(text).toContain(button);
    await post(`${one.path}/undo`, { undo: wordIn(text) }, language).expect(200, new RegExp(done));
    await post(`${one.path}/undo`, { undo: 'x' }, language).expect(410, new RegExp(`lang="${language}"`));
  });

  test('is neither offered nor done under a text that has changed materially since', async () => {
    const [one, other] = [await subscriber(), await subscriber()];
    const word = await press(one);
    await loadCatalogueInto(api.fresh.options, nextVersion(loadCatalogue(), 'newsletter-signup', '9.0', { change: 'material', from: '2026-01-01T00:00:00.000000Z' }));
    await until(async () => !(await allowed(other)), { timeoutMs: 30_000 });
    await undo(one, word).expect(410);
    expect(await press(other)).toBe('');
    expect([await allowed(one), await allowed(other)]).toEqual([false, false]);
    version = '9.0';
  });
});

// The last ones: from here on the process's clock is ahead.
describe('as time goes by', () => {
  test('a press of more than a minute ago is offered no undoing', async () => {
    const one = await subscriber();
    expect(await press(one)).not.toBe('');
    await later(61_000, async () => expect(await press(one)).toBe(''));
  });

  test('undoing ends after half an hour', async () => {
    const one = await subscriber();
    const word = await press(one);
    await later(33 * 60_000, async () => void (await undo(one, word).expect(410, /inte att ångra längre/)));
    expect(await allowed(one)).toBe(false);
    await later(29 * 60_000, async () => void (await undo(one, word).expect(200)));
    expect(await allowed(one)).toBe(true);
  });

  test('the link itself never ends: twenty years later it still stops what goes on', async () => {
    const one = await subscriber();
    await later(20 * 365 * 86_400_000, async () => {
      await server().get(one.path).expect(200, /Ja, avsluta|Du är avanmäld/);
      await post(one.path, { 'List-Unsubscribe': 'One-Click' }).expect(200, /Du är avanmäld/);
    });
    expect((await eventsOf(one)).at(-1)).toMatchObject({ type: 'consent-withdrawn', reason: 'one-click' });
  });
});
