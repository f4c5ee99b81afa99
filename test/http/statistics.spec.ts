import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { ANSWERS, type StatisticsRow } from '#statistics';
import { mailbox, type Mailbox } from '../setup/mailbox.js';
import { NEWSLETTER, ORIGIN, someone, testApi, type TestApi } from '../setup/api.js';

const TOLD_LIMIT = 40;

let api: TestApi;
let mails: Mailbox;
beforeAll(async () => {
  process.env.TRUST_PROXY = '127.0.0.1';
  api = await testApi({ limits: { told: TOLD_LIMIT } });
  mails = mailbox(api);
});
afterAll(async () => {
  delete process.env.TRUST_PROXY;
  await mails.close();
  await api.close();
});

let networks = 0;
const network = (): string => `10.0.${(networks += 1)}.7`;
const tell = (query: string, { key = api.siteKey, origin = ORIGIN, source = network() }: { key?: string; origin?: string; source?: string } = {}) =>
  api.post(`/v1/sites/${key}/counts?${query}`, undefined, undefined, { ...(origin && { origin }), 'x-forwarded-for': source });
const COOKIES = 'locale=sv&notices=cookies@1.3';
const read = (query = '') => api.get(`/v1/statistics${query}`, api.keys['audit:read']);

type Found = Partial<Record<string, number>>;

/** The counts of today under some groups, those that are nought left out. */
async function counts(where: Partial<StatisticsRow> = {}): Promise<Found> {
  const { rows } = (await read('?by=source,point,notice,version,locale').expect(200)).body as { rows: StatisticsRow[] };
  const fitting = rows.filter((row) => Object.entries(where).every(([name, value]) => row[name as keyof StatisticsRow] === value));
  const sum = (name: keyof StatisticsRow): number => fitting.reduce((all, row) => all + Number(row[name]), 0);
  return Object.fromEntries(ANSWERS.map((name) => [name, sum(name)] as const).filter(([, count]) => count > 0));
}

/** What became more by an act. */
async function added(act: () => Promise<unknown>, where: Partial<StatisticsRow> = {}): Promise<Found> {
  const before = await counts(where);
  await act();
  const after = await counts(where);
  return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, (count ?? 0) - (before[name] ?? 0)]).filter(([, count]) => count !== 0));
}

const site = (body: object, key?: string) => api.post('/v1/consents', body, api.siteKey, { origin: ORIGIN, 'x-forwarded-for': network(), ...(key && { 'idempotency-key': key }) });
const newDevice = async (): Promise<string> => (await api.post('/v1/devices', undefined, api.siteKey, { origin: ORIGIN }).expect(201)).body.token;
const ALL = ['statistics', 'site-improvement', 'analytics-segmentation', 'precise-location'];

const choice = (device: string, yes: string[], taken: string[] = [], more: object = {}) => ({
  subject: { device },
  decisions: ALL.map((purpose) => ({ purpose, decision: yes.includes(purpose) ? 'grant' : taken.includes(purpose) ? 'withdraw' : 'refuse' })),
  notice: { id: 'cookies', version: '1.3', locale: 'sv' },
  capture: { context: 'cookies', method: 'banner', point: 'banner' },
  ...more,
});

describe('what websites tell', () => {
  test('is counted by text, language and point under the owner of the key, with no event, no id, nothing set on the device', async () => {
    const events = await api.events();
    const { headers, text } = await tell(`what=shown&${COOKIES},newsletter-signup@1.3&point=banner`).expect(204);
    expect(headers['set-cookie']).toBeUndefined();
    expect(text).toBe('');
    await tell(`what=refused&locale=da&notices=cookies@1.3`).expect(204);
    expect(await counts({ source: 'website', notice: 'cookies', version: '1.3', locale: 'sv', point: 'banner' })).toEqual({ shown: 1 });
    expect(await counts({ notice: 'newsletter-signup', point: 'banner' })).toEqual({ shown: 1 });
    expect(await counts({ notice: 'cookies', locale: 'da', point: '' })).toEqual({ refused: 1 });
    expect(await api.events()).toBe(events);
    expect((await api.get('/metrics')).text).toContain('samtycke_refusals_total{site="website"} 1');
  });

  test.each<[string, number, string, () => request.Test]>([
    ['from a page of another origin', 403, 'origin_not_allowed', () => tell(`what=shown&${COOKIES}`, { origin: 'https://hostile.example' })],
    ['from no page at all', 403, 'origin_not_allowed', () => tell(`what=shown&${COOKIES}`, { origin: '' })],
    ['under a key that nobody made', 401, 'key_unknown', () => tell(`what=shown&${COOKIES}`, { key: 'sk_nobody_has_ever_made_this' })],
    ['under a server key', 403, 'site_key_not_allowed', () => tell(`what=shown&${COOKIES}`, { key: api.keys['audit:read'] })],
    ['of a text that was never published', 422, 'notice_unknown', () => tell('what=shown&locale=sv&notices=cookies@9.9')],
    ['of a language that the text has not', 422, 'notice_unknown', () => tell('what=shown&locale=fi&notices=cookies@1.3')],
    ['of an answer that is counted where it is recorded', 400, 'invalid_body', () => tell(`what=accepted&${COOKIES}`)],
    ['with a member that says more', 400, 'invalid_body', () => tell(`what=shown&${COOKIES}&visitor=4711`)],
    ['with eleven texts', 400, 'invalid_body', () => tell(`what=shown&locale=sv&notices=${Array(11).fill('cookies@1.3').join(',')}`)],
    ['with a point that is a sentence', 400, 'invalid_body', () => tell(`what=shown&${COOKIES}&point=${encodeURIComponent('Anna Svensson')}`)],
  ])('%s is refused and not counted', async (_, status, code, send) => {
    expect(await added(() => send().expect(status, new RegExp(code)).then())).toEqual({});
  });

  test('of a purpose that the key does not collect is refused', async () => {
    const narrow = await api.makeKey({ kind: 'site', owner: 'shop', origins: [ORIGIN], purposes: ['newsletter'] });
    await tell(`what=shown&${COOKIES}`, { key: narrow.secret }).expect(403, /purpose_not_allowed/);
  });

  test('the same text named ten times in one call is one showing', async () => {
    expect(await added(() => tell(`what=shown&locale=sv&notices=${Array(10).fill('cookies@1.3').join(',')}`).expect(204).then())).toEqual({ shown: 1 });
  });

  test('above the limit of its source counts no more, is answered the same, and shows in a metric; others go on', async () => {
    const source = network();
    const more = await added(async () => {
      for (let at = 0; at < TOLD_LIMIT + 20; at += 10) await Promise.all(Array.from({ length: 10 }, () => tell(`what=shown&${COOKIES}`, { source }).expect(204)));
    });
    expect(more).toEqual({ shown: TOLD_LIMIT });
    expect((await api.get('/metrics')).text).toContain('samtycke_uncounted_total 20');
    expect(await added(() => tell(`what=shown&${COOKIES}`).expect(204).then())).toEqual({ shown: 1 });
  });
});

describe('answers that are recorded', () => {
  test.each<[string, Found, (token: string) => object[]]>([
    ['yes to all', { accepted: 1 }, (token) => [choice(token, ALL)]],
    ['yes to some', { chosen: 1 }, (token) => [choice(token, ['statistics'])]],
    ['no to all, by a browser that has an id', { refused: 1 }, (token) => [choice(token, [])]],
    ['yes, and later one of them taken back', { accepted: 1, withdrawn: 1 }, (token) => [choice(token, ALL), choice(token, ALL.slice(1), ALL.slice(0, 1))]],
    ['the same yes given anew, which renews it', { accepted: 2 }, (token) => [choice(token, ALL), choice(token, ALL)]],
    ['no by the signal of the browser, where nothing was given', {}, (token) => [choice(token, [], [], { capture: { context: 'cookies', method: 'gpc', point: 'banner' } })]],
    ['a yes that the signal of the browser ends', { accepted: 1, withdrawn: 1 }, (token) => [choice(token, ALL), choice(token, [], ALL, { capture: { context: 'cookies', method: 'gpc', point: 'banner' } })]],
  ])('%s', async (_, expected, calls) => {
    const token = await newDevice();
    const more = await added(async () => {
      for (const body of calls(token)) await site(body);
    }, { source: 'website', point: 'banner', notice: 'cookies', version: '1.3', locale: 'sv' });
    expect(more).toEqual(expected);
  });

  test('one call that is sent again under its key counts once', async () => {
    const body = choice(await newDevice(), ALL);
    expect(await added(async () => {
      await site(body, 'one-key').expect(201);
      await site(body, 'one-key').expect(201);
    })).toEqual({ accepted: 1 });
  });

  test('a sign-up counts as requested where it is typed, and as accepted and confirmed under the same text and site where its mail is confirmed; a direct yes is no confirmation', async () => {
    const subject = someone();
    const where = { source: 'website', notice: 'newsletter-signup', point: 'site-footer' };
    expect(await added(() => site({ subject, ...NEWSLETTER }).expect(202).then(), where)).toEqual({ requested: 1 });
    expect(await added(() => site({ subject, ...NEWSLETTER }).expect(202).then())).toEqual({});
    await mails.follow();
    const path = mails.linkIn(mails.to(subject.email)[0]);
    expect(await added(() => request(api.app.getHttpServer()).post(path).expect(200).then(), where)).toEqual({ accepted: 1, confirmed: 1 });
    expect(await added(() => api.post('/v1/consents', { subject: someone(), ...NEWSLETTER }, api.keys['consents:write']).expect(201).then())).toEqual({ accepted: 1 });
    expect(await added(() => request(api.app.getHttpServer()).post(path).expect(200).then())).toEqual({});
  });

  test('what ends by a link in a mail counts under the text that it was given under, and undoing it is counted by itself', async () => {
    const subject = someone();
    const { person } = (await api.post('/v1/consents', { subject, ...NEWSLETTER, notice: { ...NEWSLETTER.notice, locale: 'da' } }, api.keys['consents:write']).expect(201)).body;
    const { body } = await api.get(`/v1/people/${person}/identifiers?purpose=newsletter`, api.keys['identifiers:read']).expect(200);
    const path = new URL(body.unsubscribe).pathname;
    const links = async () => (await read().expect(200)).body.links.find(({ link }: { link: string }) => link === 'unsubscribe') ?? { opened: 0, pressed: 0, 'one-click': 0, undone: 0 };
    const before = await links();
    let page = '';
    expect(await added(async () => {
      await request(api.app.getHttpServer()).get(path).expect(200);
      page = (await request(api.app.getHttpServer()).post(path).expect(200)).text;
    })).toEqual({ withdrawn: 1 });
    expect(await counts({ source: '~mail', notice: 'newsletter-signup', version: '1.3', locale: 'da' })).toEqual({ withdrawn: 1 });
    const word = /name="undo" value="([^"]+)"/.exec(page)?.[1];
    expect(await added(() => request(api.app.getHttpServer()).post(`${path}/undo`).type('form').send({ undo: word }).expect(200).then())).toEqual({});
    const after = await links();
    expect([after.opened - before.opened, after.pressed - before.pressed, after['one-click'] - before['one-click'], after.undone - before.undone]).toEqual([1, 1, 0, 1]);
  });

  test('a "no" that names no text counts as such, and a refused call not at all', async () => {
    const subject = someone();
    await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
    expect(await added(() => api.post('/v1/consents', { subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }, api.keys['consents:write']).expect(201).then(), { source: 'crm', notice: '', version: '', locale: '' })).toEqual({ withdrawn: 1 });
    expect(await added(() => api.post('/v1/consents', { subject, ...NEWSLETTER, notice: { ...NEWSLETTER.notice, version: '9.9' } }, api.keys['consents:write']).expect(422).then())).toEqual({});
  });
});

describe('a "no"', () => {
  const withdraw = (subject: object, more: object = {}) => ({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw', ...more }] });
  const by = (body: object) => api.post('/v1/consents', body, api.keys['consents:write']).then();

  test('that takes nothing away counts as refused, whoever sends it: withdrawals for made-up addresses raise no count of what was taken back', async () => {
    expect(await added(() => by(withdraw(someone())))).toEqual({ refused: 1 });
    expect(await added(() => site(withdraw(someone())).expect(202).then())).toEqual({ refused: 1 });
    const subject = someone();
    expect(await added(() => site({ subject, ...NEWSLETTER }).expect(202).then())).toEqual({ requested: 1 });
    expect(await added(() => by(withdraw(subject)))).toEqual({ refused: 1 });
    expect(await added(() => by(withdraw(subject)))).toEqual({});
  });

  test('that takes away what was given, a part of it, or what was allowed without a yes, counts as withdrawn', async () => {
    const subject = someone();
    await by({ subject, ...NEWSLETTER, decisions: [{ purpose: 'electronic-marketing', decision: 'grant' }] });
    for (const more of [{ channels: ['sms'] }, {}]) {
      expect(await added(() => by(withdraw(subject, { purpose: 'electronic-marketing', ...more })))).toEqual({ withdrawn: 1 });
    }
    expect(await added(() => by({ subject, decisions: [{ purpose: 'marketing-reach', decision: 'object' }] }))).toEqual({ withdrawn: 1 });
    const { body } = await api.post('/v1/consents', withdraw(someone()), api.keys['consents:write']).expect(201);
    expect(Object.keys(body).sort()).toEqual(['decisions', 'person', 'receipt']);
  });

  test('to the "no": an objection that is taken back is no answer anew, and beside a yes leaves it what it is', async () => {
    const subject = someone();
    const lift = { purpose: 'marketing-reach', decision: 'lift' };
    const object = (): Promise<unknown> => by({ subject, decisions: [{ purpose: 'marketing-reach', decision: 'object' }] });
    await object();
    expect(await added(() => by({ subject, decisions: [lift] }))).toEqual({});
    await object();
    expect(await added(() => by({ subject, ...NEWSLETTER, decisions: [...NEWSLETTER.decisions, lift] }))).toEqual({ accepted: 1 });
    await object();
    expect(await added(() => by({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }, lift] }))).toEqual({ withdrawn: 1 });
  });

  test('that was said before, with an address that is new, is no answer anew: nothing is written about a purpose', async () => {
    const { email } = someone();
    await by(withdraw({ email }));
    const linking = await api.makeKey({ kind: 'server', owner: 'crm', scopes: ['consents:write', 'people:write'] });
    const events = await api.events();
    expect(await added(() => api.post('/v1/consents', withdraw({ email, customer: `c-${email}` }), linking.secret).expect(201).then())).toEqual({});
    expect(await api.events()).toBe(events + 1);
  });

  test('that takes away what only a pause stands above counts as withdrawn', async () => {
    const subject = someone();
    const { body } = await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
    await api.put(`/v1/people/${body.person}/preferences`, { purpose: 'newsletter', pausedUntil: new Date(Date.now() + 86_400_000).toISOString() }, api.keys['consents:write']).expect(200);
    expect(await added(() => by(withdraw(subject)))).toEqual({ withdrawn: 1 });
  });
});

describe('reading them', () => {
  test('needs audit:read; no site key and no other scope sees them', async () => {
    await api.get('/v1/statistics').expect(401, /key_missing/);
    await api.get('/v1/statistics', api.siteKey, { origin: ORIGIN }).expect(403, /site_key_not_allowed/);
    for (const [scope, key] of Object.entries(api.keys)) await api.get('/v1/statistics', key).expect(scope === 'audit:read' ? 200 : 403);
  });

  test('is by day, text and language where nothing is asked for, and by anything else on demand; nothing is traced, for nobody is named', async () => {
    const today = new Date().toISOString().slice(0, 10);
    await tell(`what=shown&${COOKIES}`).expect(204);
    const { body, headers } = await read().expect(200);
    expect(body).toMatchObject({ to: today, rows: expect.arrayContaining([expect.objectContaining({ day: today, notice: 'cookies', version: '1.3', locale: 'sv' })]) });
    expect((Date.parse(body.to) - Date.parse(body.from)) / 86_400_000).toBe(29);
    expect(Object.keys(body.rows[0]).sort()).toEqual(['accepted', 'chosen', 'confirmed', 'day', 'locale', 'notice', 'refused', 'requested', 'shown', 'version', 'withdrawn']);
    expect(headers['cache-control']).toBe('no-store');
    const byLocale = (await read('?by=locale').expect(200)).body.rows as StatisticsRow[];
    expect(byLocale.every((row) => !('day' in row))).toBe(true);
    expect((await read('?from=2026-01-01&to=2026-01-31').expect(200)).body).toMatchObject({ from: '2026-01-01', to: '2026-01-31', rows: [], links: [] });
    expect((await api.fresh.pool.query('SELECT 1 FROM reads')).rowCount).toBe(0);
  });

  test('as CSV is the same table', async () => {
    const { text, headers } = await read('?by=notice,version,locale&format=csv').expect(200);
    expect(headers).toMatchObject({ 'content-type': expect.stringMatching(/^text\/csv/), 'content-disposition': expect.stringMatching(/^attachment; filename="statistics-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv"$/) });
    const [head, ...lines] = text.trim().split('\n');
    expect(head).toBe('notice,version,locale,shown,requested,accepted,chosen,refused,withdrawn,confirmed');
    const { rows } = (await read('?by=notice,version,locale').expect(200)).body as { rows: StatisticsRow[] };
    expect(lines).toEqual(rows.map((row) => [row.notice, row.version, row.locale, row.shown, row.requested, row.accepted, row.chosen, row.refused, row.withdrawn, row.confirmed].join(',')));
  });

  test.each(['from=yesterday', 'from=2026-02-31', 'to=2026-13-01', 'from=2026-02-01&to=2026-01-01', 'from=2020-01-01&to=2026-01-01', 'from=0000-01-01&to=0000-01-02', 'to=0001-01-01', 'by=person', 'by=day;drop', 'format=xml', 'site=1'])('with %s is a 400', async (query) => {
    await read(`?${query}`).expect(400, /invalid_body/);
  });

  test('an api that ends by itself has written all that it counted', async () => {
    const other = await testApi();
    await other.post(`/v1/sites/${other.siteKey}/counts?what=shown&${COOKIES}`, undefined, undefined, { origin: ORIGIN }).expect(204);
    const { pool } = other.fresh;
    await other.app.close();
    expect((await pool.query<{ count: string }>('SELECT count FROM notice_counts')).rows).toEqual([{ count: '1' }]);
    await other.close();
  });
});
