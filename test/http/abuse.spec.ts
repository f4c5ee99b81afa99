import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import request from 'supertest';
import { loadCatalogue } from '#catalogue';
import type { LedgerEvent } from '#contracts';
import { decideHeld, finishHeld } from '#held';
import { Ledger, nowMicros, Reader, timeText } from '#ledger';
import { loadCatalogueInto } from '#setup';
import { Counts } from '#statistics';
import { nextVersion, until } from '#testing';
import { subjectKeysOf, suppressionKeysOf } from '#vault';
import { createApi } from '../../apps/api/src/create-api.js';
import { NEWSLETTER, ORIGIN, someone } from '../setup/api.js';
import { mailWorld, type MailWorld } from '../setup/mail-world.js';
import { pino } from 'pino';

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

const write = (body: unknown) => api.post('/v1/consents', body, api.keys['consents:write']);
const from = (network: string, body: unknown, headers: Record<string, string> = {}) => api.post('/v1/consents', body, api.siteKey, { origin: ORIGIN, 'x-forwarded-for': network, ...headers });
/** A purpose on legitimate interest: allowed until objected. */
const OBJECTABLE = 'marketing-reach';
const WITHDRAW = { decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] };
const state = async (subject: object, purpose = 'newsletter') => (await api.post('/v1/check', { subject, purpose }, api.keys['consents:read'])).body.status;
const server = () => request(api.app.getHttpServer());
const history = async (person: string): Promise<LedgerEvent[]> => (await api.get(`/v1/people/${person}/history`, api.keys['audit:read'], { 'samtycke-reason': 'test' })).body.events;
let networks = 0;
/** A network that no other test uses. */
const network = (): string => `10.${(networks += 1)}.1.7`;

async function given(): Promise<{ email: string; person: string }> {
  const { email } = someone();
  const { body } = await write({ subject: { email }, ...NEWSLETTER }).expect(201);
  return { email, person: body.person };
}

/** Sends so many withdrawals for addresses that nobody knows that the next one of this network is held. */
async function exhaust(source: string): Promise<void> {
  for (let calls = 0; calls < 30; calls += 1) await from(source, { subject: someone(), ...WITHDRAW }).expect(202);
}

/** A withdrawal that is held, of somebody who has the newsletter. */
async function held(): Promise<{ email: string; person: string; source: string }> {
  const source = network();
  await exhaust(source);
  const one = await given();
  await from(source, { subject: { email: one.email }, ...WITHDRAW }).expect(202);
  return { ...one, source };
}

/** The address is the person's no more; gives the one that takes its place. */
async function correctAway(person: string): Promise<{ email: string }> {
  const reason = { 'samtycke-reason': 'a test' };
  const [old] = (await api.get(`/v1/people/${person}/rectify`, api.keys['people:write'], reason).expect(200)).body.identifiers;
  const now = someone();
  await api.post(`/v1/people/${person}/rectify`, { add: now, remove: [old.id] }, api.keys['people:write'], reason).expect(200);
  await worker.follow();
  return now;
}

/** Presses "keep" on a page that was opened before. */
const keep = (path: string, page = '') => server().post(path).type('form').send({ answer: 'keep', seen: /name="seen" value="([^"]+)"/.exec(page)?.[1] ?? '' });
const age = (hours: number) => api.fresh.pool.query('UPDATE held_withdrawals SET release_at = release_at - make_interval(hours => $1) WHERE done_at IS NULL', [hours]);

describe('a withdrawal that somebody typed on a website acts at once, and the person can take it back', () => {
  test('one mail with a way back; GET, HEAD and prefetch change nothing; its button gives the same consent back as the person’s own word; once', async () => {
    const { email, person } = await given();
    await from(network(), { subject: { email }, ...WITHDRAW }).expect(202);
    expect(await state({ email })).toBe('withdrawn');
    await mails.follow();
    await mails.follow();
    expect(mails.to(email).map((mail) => mail.subject)).toEqual(['Avslutat: Nyhetsbrev']);
    const path = mails.linkIn(mails.to(email)[0]);
    for (let times = 0; times < 10; times += 1) await server().get(path).set('purpose', 'prefetch').expect(200, /Vill du ha det tillbaka\?/);
    await server().head(path).expect(200);
    expect(await state({ email })).toBe('withdrawn');
    const presses = await Promise.all([server().post(path), server().post(path), server().post(path)]);
    expect(presses.map((press) => press.status).every((status) => status === 200 || status === 410)).toBe(true);
    await server().post(path).expect(200, /redan klart/);
    const [granted, withdrawn, back, ...more] = await history(person);
    expect(more).toEqual([]);
    expect(withdrawn).toMatchObject({ actor: { kind: 'unverified', id: 'website' }, reason: 'unverified' });
    expect(back).toMatchObject({ type: 'consent-granted', actor: { kind: 'person', id: person }, causes: [withdrawn?.event], notice: granted?.notice, capture: { method: 'way-back' }, after: { status: 'given', channels: ['email'] }, via: 'email' });
  });

  test('the way back is of no use after a newer decision of the person, after its time, or under a token of somebody else’s making', async () => {
    const { email } = await given();
    await from(network(), { subject: { email }, ...WITHDRAW }).expect(202);
    await mails.follow();
    const path = mails.linkIn(mails.to(email)[0]);
    await server().post(path).expect(200);
    await write({ subject: { email }, ...WITHDRAW }).expect(201);
    await server().post(path).expect(410, /gäller inte längre/);
    expect(await state({ email })).toBe('withdrawn');
    const late = await given();
    await from(network(), { subject: { email: late.email }, ...WITHDRAW }).expect(202);
    await mails.follow();
    await api.fresh.pool.query('UPDATE mail_links SET expires_at = now() - make_interval(secs => 1) WHERE person = $1', [late.person]);
    await server().post(mails.linkIn(mails.to(late.email)[0])).expect(410);
    expect(await state({ email: late.email })).toBe('withdrawn');
    await server().post('/b/nothing').expect(404);
    await server().get(path.replace('/b/', '/h/')).expect(404);
  });

  test('the way back is of no use to whoever reads the mail of an address that is the person’s no more', async () => {
    const { email, person } = await given();
    await from(network(), { subject: { email }, ...WITHDRAW }).expect(202);
    await mails.follow();
    const now = await correctAway(person);
    await server().post(mails.linkIn(mails.to(email)[0])).expect(410);
    expect(await state(now)).toBe('withdrawn');
  });

  test('under a pause the way back gives the consent all the same, and says so', async () => {
    const { email, person } = await given();
    await from(network(), { subject: { email }, ...WITHDRAW }).expect(202);
    await mails.follow();
    await api.put(`/v1/people/${person}/preferences`, { pausedUntil: new Date(Date.now() + 86_400_000).toISOString() }, api.keys['consents:write']).expect(200);
    await server().post(mails.linkIn(mails.to(email)[0])).expect(200);
    const { body } = await api.get(`/v1/people/${person}/consents`, api.keys['consents:read']).expect(200);
    expect(body.consents.find(({ purpose }: { purpose: string }) => purpose === 'newsletter')).toMatchObject({ allowed: false, chosen: { allowed: true, status: 'given' } });
  });

  test('what takes nothing away sends no mail: an unknown address, a second time, an open request, a system’s or the person’s own withdrawal', async () => {
    const unknown = someone();
    await from(network(), { subject: unknown, ...WITHDRAW }).expect(202);
    const asked = someone();
    await from(network(), { subject: asked, ...NEWSLETTER }).expect(202);
    await from(network(), { subject: asked, ...WITHDRAW }).expect(202);
    const bySystem = await given();
    await write({ subject: { email: bySystem.email }, ...WITHDRAW }).expect(201);
    await mails.follow();
    for (const { email } of [unknown, asked, bySystem]) expect(mails.to(email)).toEqual([]);
  });

  test('a "no" to a channel that is not used takes nothing and sends no mail; it is in the history, so that no import of before it adds the channel, and is no late decision', async () => {
    const purpose = 'electronic-marketing';
    const { email } = someone();
    const given = await write({ subject: { email }, decisions: [{ purpose, decision: 'grant', channels: ['sms'] }], notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' } }).expect(201);
    await from(network(), { subject: { email }, decisions: [{ purpose, decision: 'withdraw', channels: ['app'] }] }).expect(202);
    const no = await write({ subject: { email }, decisions: [{ purpose, decision: 'withdraw', channels: ['app'] }] }).expect(200);
    expect(no.body.decisions).toMatchObject([{ purpose, status: 'given', allowed: true }]);
    expect(no.body.decisions[0]).not.toHaveProperty('code');
    const own = (await history(given.body.person)).filter((event) => event.purpose === purpose);
    expect(own.map(({ type, fact, after }) => [type, fact?.channels, after?.channels])).toEqual([['consent-granted', undefined, ['sms']], ['decision-recorded', ['app'], ['sms']]]);
    await mails.follow();
    expect(mails.to(email)).toEqual([]);
  });

  test('an objection typed for an address can be lifted by the same way back', async () => {
    const { email, person } = await given();
    await from(network(), { subject: { email }, decisions: [{ purpose: OBJECTABLE, decision: 'object' }] }).expect(202);
    expect((await history(person)).at(-1)).toMatchObject({ type: 'objection-raised', actor: { kind: 'unverified' } });
    await mails.follow();
    const mail = mails.to(email).at(-1);
    const { text: asked } = await server().get(mails.linkIn(mail)).expect(200, /Ja, ta tillbaka mitt nej/);
    const { text: lifted } = await server().post(mails.linkIn(mail)).expect(200, /Ditt nej gäller inte längre/);
    for (const text of [mail?.text, mail?.html, asked, lifted]) expect(text).not.toMatch(/samtyck(?!e:)/i);
    expect((await history(person)).at(-1)).toMatchObject({ type: 'objection-lifted', actor: { kind: 'person', id: person } });
  });

  test.each([['da', /sagde nej til/, /Ja, træk mit nej tilbage/], ['en', /said no to/, /Yes, take my no back/]])('mail and page about an objection speak the language of what the person said yes to: %s', async (locale, words, button) => {
    const { email } = someone();
    await write({ subject: { email }, ...NEWSLETTER, notice: { ...NEWSLETTER.notice, locale } }).expect(201);
    await from(network(), { subject: { email }, decisions: [{ purpose: OBJECTABLE, decision: 'object' }] }).expect(202);
    await mails.follow();
    expect(mails.to(email)[0]?.text).toMatch(words);
    await server().get(mails.linkIn(mails.to(email)[0])).set('accept-language', 'sv').expect(200, button);
  });

  test('a consent and an objection that were taken by one call come back together, in words that fit both', async () => {
    const { email, person } = await given();
    await from(network(), { subject: { email }, decisions: [...WITHDRAW.decisions, { purpose: OBJECTABLE, decision: 'object' }] }).expect(202);
    await mails.follow();
    const [mail] = mails.to(email);
    expect(mail?.text).toMatch(/gäller allt som förut igen/);
    await server().get(mails.linkIn(mail)).expect(200, /Ja, låt allt gälla som förut/);
    await server().post(mails.linkIn(mail)).expect(200, /Allt gäller som förut igen/);
    expect((await history(person)).slice(-2).map(({ type }) => type).sort()).toEqual(['consent-granted', 'objection-lifted']);
  });

  test('only what it gave is named as given: a consent whose text was replaced since stays withdrawn, and the page does not say otherwise', async () => {
    const { email, person } = await given();
    const purpose = 'electronic-marketing';
    await write({ subject: { email }, decisions: [{ purpose, decision: 'grant', channels: ['sms'] }], notice: { id: 'business-event', version: '1.3', locale: 'sv' } }).expect(201);
    await from(network(), { subject: { email }, decisions: [...WITHDRAW.decisions, { purpose, decision: 'withdraw' }] }).expect(202);
    await mails.follow();
    const path = mails.linkIn(mails.to(email)[0]);
    await server().get(path).expect(200, /Nyhetsbrev.*Annan digital marknadsföring|Annan digital marknadsföring.*Nyhetsbrev/s);
    const effect = timeText(nowMicros() + 1_500_000);
    await loadCatalogueInto(api.fresh.options, nextVersion(loadCatalogue(), 'business-event', '1.4', { change: 'material', from: effect }), { leadMs: 0 });
    await until(() => timeText(nowMicros()) > effect, { timeoutMs: 5_000 });
    const { text } = await server().post(path).expect(200, /Tack, det gäller igen/);
    expect(text).toContain('Nyhetsbrev');
    expect(text).not.toContain('Annan digital marknadsföring');
    const { body } = await api.get(`/v1/people/${person}/consents`, api.keys['consents:read']).expect(200);
    const statuses = new Map(body.consents.map((one: { purpose: string; status: string }) => [one.purpose, one.status]));
    expect([statuses.get('newsletter'), statuses.get(purpose)]).toEqual(['given', 'withdrawn']);
  });

  test('but not by typing the address again: the answer is the same for everybody, and the objection stands', async () => {
    const { email } = await given();
    const lift = { decisions: [{ purpose: OBJECTABLE, decision: 'lift' }] };
    await from(network(), { subject: { email }, decisions: [{ purpose: OBJECTABLE, decision: 'object' }] }).expect(202);
    for (const subject of [{ email }, someone()]) await from(network(), { subject, ...lift }).expect(422, /person_unverified/);
    await from(network(), { subject: { email }, decisions: [...lift.decisions, ...WITHDRAW.decisions] }).expect(202);
    expect(await state({ email }, OBJECTABLE)).toBe('objected');
    expect(await state({ email })).toBe('withdrawn');
    await write({ subject: { email }, ...lift }).expect(201);
    expect(await state({ email }, OBJECTABLE)).toBe('unknown');
  });

  test.each([['da', 'Stoppet: Nyhedsbrev', /Ja, giv mit samtykke tilbage/], ['en', 'Stopped: Newsletter', /Yes, give my consent back/]])('mail and page speak the language of the notice that was shown: %s', async (locale, subject, button) => {
    const { email } = someone();
    await write({ subject: { email }, ...NEWSLETTER, notice: { ...NEWSLETTER.notice, locale } }).expect(201);
    await from(network(), { subject: { email }, ...WITHDRAW }).expect(202);
    await mails.follow();
    expect(mails.to(email).map((mail) => mail.subject)).toEqual([subject]);
    await server().get(mails.linkIn(mails.to(email)[0])).set('accept-language', 'sv').expect(200, button);
  });

  test('tokens lie in the database as hashes alone', async () => {
    const { rows } = await api.fresh.pool.query<{ text: string }>('SELECT row_to_json(l)::text AS text FROM mail_links l');
    expect(rows.length).toBeGreaterThan(0);
    for (const mail of mails.sent) for (const { text } of rows) expect(text).not.toContain(mails.linkIn(mail).slice(3));
  });
});

describe('above 30 an hour from one source', () => {
  test('and where it cannot be kept it is not accepted: nobody believes in a no that lies nowhere', async () => {
    const source = network();
    await exhaust(source);
    const { email } = await given();
    const withdrawal = { subject: { email }, ...WITHDRAW };
    await api.fresh.pool.query('ALTER TABLE held_withdrawals ADD CONSTRAINT no_room CHECK (false) NOT VALID');
    try {
      expect((await from(source, withdrawal)).status).toBeGreaterThanOrEqual(500);
    } finally {
      await api.fresh.pool.query('ALTER TABLE held_withdrawals DROP CONSTRAINT no_room');
    }
    await from(source, withdrawal).expect(202);
  });

  test('a withdrawal gets the same 202 and is held: nothing changes yet, nothing is lost, and its text is sealed', async () => {
    const { email } = await held();
    expect(await state({ email })).toBe('given');
    const { rows } = await api.fresh.pool.query<{ text: string; sealed: Buffer }>('SELECT row_to_json(h)::text AS text, sealed FROM held_withdrawals h WHERE done_at IS NULL');
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.text + row.sealed.toString('latin1')).not.toMatch(/example\.se/);
    const metrics = (await api.get('/metrics').expect(200)).text;
    expect(metrics).toMatch(/samtycke_held_withdrawals_total [1-9]/);
    expect(metrics).toMatch(/samtycke_held_withdrawals_waiting [1-9]/);
  });

  test('a script with a list of 1,000 customers unsubscribes 30 of them, each with a way back, and nobody unseen: 970 are held and asked', async () => {
    const people: { email: string }[] = [];
    for (let at = 0; at < 1_000; at += 50) people.push(...(await Promise.all(Array.from({ length: 50 }, given))));
    const source = network();
    const answers = new Set<string>();
    for (let at = 0; at < 1_000; at += 50) {
      const texts = people.slice(at, at + 50).map(({ email }) => from(source, { subject: { email }, ...WITHDRAW }).then((answer) => `${answer.status} ${answer.text}`));
      for (const text of await Promise.all(texts)) answers.add(text);
    }
    expect([...answers]).toEqual(['202 {"accepted":true}']);
    const states = new Map<string, number>();
    for (let at = 0; at < 1_000; at += 50) {
      for (const one of await Promise.all(people.slice(at, at + 50).map(({ email }) => state({ email })))) states.set(one, (states.get(one) ?? 0) + 1);
    }
    expect(Object.fromEntries(states)).toEqual({ withdrawn: 30, given: 970 });
    await mails.follow();
    await mails.round();
    await mails.round();
    const subjects = people.map(({ email }) => mails.to(email).map((mail) => mail.subject).join());
    expect(subjects.filter((subject) => subject === 'Avslutat: Nyhetsbrev')).toHaveLength(30);
    expect(subjects.filter((subject) => subject === 'Vill du avsluta: Nyhetsbrev?')).toHaveLength(970);
    expect(Number(/samtycke_held_withdrawals_waiting (\d+)/.exec((await api.get('/metrics')).text)?.[1])).toBeGreaterThanOrEqual(970);
    await api.fresh.pool.query(`UPDATE held_withdrawals SET decided = 'rejected', done_at = now(), sealed = NULL, wrapped = NULL WHERE decided IS NULL`);
  }, 300_000);

  test('a source is a network with a site key, counted by all processes together; another network or key is not touched', async () => {
    const second = await createApi({ log: pino({ level: 'silent' }), pool: api.fresh.pool, ledger: api.fresh.id, keyring: api.fresh.keyring, publicUrl: 'https://consent.example.test', logDir: tmpdir() });
    await second.getHttpAdapter().getInstance().ready();
    const source = network();
    const neighbour = source.replace(/\d+$/, '200');
    for (let calls = 0; calls < 15; calls += 1) {
      await from(source, { subject: someone(), ...WITHDRAW }).expect(202);
      await request(second.getHttpServer()).post('/v1/consents').set({ authorization: `Bearer ${api.siteKey}`, origin: ORIGIN, 'x-forwarded-for': neighbour }).send({ subject: someone(), ...WITHDRAW }).expect(202);
    }
    const [same, other, key] = [await given(), await given(), await given()];
    await from(neighbour, { subject: { email: same.email }, ...WITHDRAW }).expect(202);
    await from(network(), { subject: { email: other.email }, ...WITHDRAW }).expect(202);
    const site = await api.makeKey({ kind: 'site', owner: 'shop', origins: [ORIGIN], purposes: ['newsletter'] });
    await api.post('/v1/consents', { subject: { email: key.email }, ...WITHDRAW }, site.secret, { origin: ORIGIN, 'x-forwarded-for': source }).expect(202);
    expect([await state({ email: same.email }), await state({ email: other.email }), await state({ email: key.email })]).toEqual(['given', 'withdrawn', 'withdrawn']);
    await second.close();
    const { rows } = await api.fresh.pool.query<{ text: string }>(`SELECT row_to_json(r)::text AS text FROM rates r`);
    for (const { text } of rows) expect(text).not.toContain(source.slice(0, -2));
  });

  test('calls at once are counted exactly: of 40 for known people 30 act and 10 are held', async () => {
    const source = network();
    const people = await Promise.all(Array.from({ length: 40 }, given));
    await Promise.all(people.map(({ email }) => from(source, { subject: { email }, ...WITHDRAW }).expect(202)));
    const states = await Promise.all(people.map(({ email }) => state({ email })));
    expect(states.filter((one) => one === 'withdrawn')).toHaveLength(30);
    expect(states.filter((one) => one === 'given')).toHaveLength(10);
  });

  test('what waits of somebody who is erased is gone with him: nobody can open his address any more', async () => {
    const { person } = await held();
    const before = Number((await api.fresh.pool.query('SELECT count(*) AS n FROM held_withdrawals')).rows[0].n);
    await api.post(`/v1/people/${person}/erase`, {}, api.keys['people:write']).expect(200);
    await worker.follow();
    expect(Number((await api.fresh.pool.query('SELECT count(*) AS n FROM held_withdrawals')).rows[0].n)).toBe(before - 1);
  });

  test('the owner is asked by one mail, however often it is sent; GET and HEAD decide nothing; his yes takes effect as his own word', async () => {
    const { email, person, source } = await held();
    for (let times = 0; times < 5; times += 1) await from(source, { subject: { email }, ...WITHDRAW }).expect(202);
    await mails.round();
    await mails.round();
    expect(mails.to(email).map((mail) => mail.subject)).toEqual(['Vill du avsluta: Nyhetsbrev?']);
    const path = mails.linkIn(mails.to(email)[0]);
    await server().get(path).set('accept-language', 'sv').expect(200, /Ja, avsluta nu/);
    await server().head(path).expect(200);
    expect(await state({ email })).toBe('given');
    await server().post(path).expect(200, /Det är avslutat/);
    expect((await history(person)).at(-1)).toMatchObject({ type: 'consent-withdrawn', reason: 'person', actor: { kind: 'person', id: person } });
    await keep(path).expect(200, /Det är avslutat/);
    await mails.follow();
    expect(mails.to(email)).toHaveLength(1);
  });

  test('one mail answers for all that waits about an address; a withdrawal that takes nothing does not stand in the way of the question', async () => {
    const { email, person, source } = await held();
    await api.fresh.pool.query(`UPDATE held_withdrawals SET decided = 'rejected', done_at = now(), sealed = NULL, wrapped = NULL WHERE decided IS NULL`);
    await from(source, { subject: { email }, decisions: [{ purpose: 'market-research', decision: 'withdraw' }] }).expect(202);
    await mails.round();
    expect(mails.to(email)).toEqual([]);
    await from(source, { subject: { email }, ...WITHDRAW }).expect(202);
    await mails.round();
    await server().post(mails.linkIn(mails.to(email)[0])).expect(200);
    expect((await history(person)).slice(1).map((event) => [event.purpose, event.type]).sort()).toEqual([['market-research', 'consent-withdrawn'], ['newsletter', 'consent-withdrawn']]);
  });

  test('his no keeps everything as it was, for good; nobody is asked from whom nothing would be taken', async () => {
    const { email, source } = await held();
    const unknown = someone();
    await from(source, { subject: unknown, ...WITHDRAW }).expect(202);
    await mails.round();
    const path = mails.linkIn(mails.to(email)[0]);
    const { text } = await server().get(path).expect(200);
    await keep(path, text).expect(200, /Allt är som förut/);
    await age(25);
    await mails.round();
    expect(await state({ email })).toBe('given');
    expect(mails.to(unknown.email)).toEqual([]);
  });

  test('his no keeps only what his page showed: what he said meanwhile waits on, and is asked about', async () => {
    const { email, source } = await held();
    await mails.round();
    const path = mails.linkIn(mails.to(email)[0]);
    const { text } = await server().get(path).set('accept-language', 'sv').expect(200);
    await from(source, { subject: { email }, decisions: [{ purpose: 'market-research', decision: 'withdraw' }] }).expect(202);
    const again = await keep(path, text).set('accept-language', 'sv').expect(200, /Ja, avsluta nu/);
    const waiting = async () => (await api.fresh.pool.query('SELECT decided, purposes FROM held_withdrawals ORDER BY held_at DESC LIMIT 2')).rows;
    expect(await waiting()).toEqual([{ decided: null, purposes: ['market-research'] }, { decided: 'kept', purposes: ['newsletter'] }]);
    await keep(path).expect(200, /Ja, avsluta nu/);
    await keep(path, again.text).expect(200, /Allt är som förut/);
    expect((await waiting()).map(({ decided }) => decided)).toEqual(['kept', 'kept']);
  });

  test('whoever reads the mail of an address that was corrected away is told nothing of it and keeps nothing back', async () => {
    const { email, person } = await held();
    await mails.round();
    const path = mails.linkIn(mails.to(email)[0]);
    await correctAway(person);
    const { text } = await server().get(path).set('accept-language', 'sv').expect(200, /Länken gäller inte längre/);
    expect(text).not.toContain('Nyhetsbrev');
    await keep(path).expect(410, /Länken gäller inte längre/);
    await server().post(path).expect(410);
  });

  test('it is not dropped by a correction: it takes effect on whom it was about before his address leads to nobody, still as a stranger’s word', async () => {
    const { email, person } = await held();
    const now = await correctAway(person);
    expect(await state(now)).toBe('withdrawn');
    expect((await history(person)).find(({ type }) => type === 'consent-withdrawn')).toMatchObject({ actor: { kind: 'unverified' } });
    await mails.follow();
    expect([mails.to(email), mails.to(now.email).length]).toEqual([[], 1]);
    await age(25);
    await mails.round();
    expect((await history(person)).filter(({ type }) => type === 'consent-withdrawn')).toHaveLength(1);
  });

  test('without an answer it takes effect after 24 hours, once, and the person gets the way back; not before', async () => {
    const { email, person } = await held();
    await age(23);
    await mails.round();
    expect(await state({ email })).toBe('given');
    await age(1);
    await mails.round();
    await mails.round();
    expect((await history(person)).map((event) => event.type)).toEqual(['consent-granted', 'consent-withdrawn']);
    expect((await history(person)).at(-1)).toMatchObject({ reason: 'unverified', actor: { kind: 'unverified', id: 'website' } });
    await mails.follow();
    const way = mails.to(email).at(-1);
    expect(way?.subject).toBe('Avslutat: Nyhetsbrev');
    await server().post(mails.linkIn(way)).expect(200);
    expect(await state({ email })).toBe('given');
    const { rows } = await api.fresh.pool.query('SELECT 1 FROM held_withdrawals WHERE done_at IS NOT NULL AND (sealed IS NOT NULL OR wrapped IS NOT NULL)');
    expect(rows).toEqual([]);
  });

  test('it is counted as taken back where and under the text that it named, when it takes effect and once, whoever let it; what takes nothing is refused, as if it had not been held', async () => {
    const point = 'held-page';
    const counted = async () => {
      const { body } = await api.get('/v1/statistics?by=source,point,notice,version,locale', api.keys['audit:read']).expect(200);
      return body.rows.filter((row: { point: string }) => row.point === point).map(({ source, notice, version, locale, withdrawn, refused }: Record<string, unknown>) => [source, notice, version, locale, withdrawn, refused]);
    };
    const source = network();
    await exhaust(source);
    const more = { notice: NEWSLETTER.notice, capture: { context: 'newsletter-signup', method: 'form', point } };
    const [byTime, byOwner] = [await given(), await given()];
    for (const { email } of [byTime, byOwner, someone()]) await from(source, { subject: { email }, ...WITHDRAW, ...more }).expect(202);
    await mails.round();
    expect(await counted()).toEqual([]);
    await server().post(mails.linkIn(mails.to(byOwner.email)[0])).expect(200);
    const { id, version, locale } = NEWSLETTER.notice;
    expect(await counted()).toEqual([['website', id, version, locale, 1, 0]]);
    await age(25);
    await mails.round();
    await mails.round();
    expect([await state(byTime), await counted()]).toEqual(['withdrawn', [['website', id, version, locale, 2, 1]]]);
  });

  test('it is counted once, as taken back, also where two make it take effect at once, and again after a crash', async () => {
    const { fresh } = api;
    const { pool, id: ledger, keyring, keys, lookupKeys, catalogue } = fresh;
    const point = 'finished-twice';
    const source = network();
    await exhaust(source);
    const counts = new Counts({ pool, ledger, onError: (error) => {
      throw error;
    } });
    const appenders = [new Ledger(fresh.options), new Ledger(fresh.options)];
    const finder = { reader: new Reader(pool, ledger), lookupKeys, suppressionKeys: suppressionKeysOf(keyring) };
    const [one, other] = appenders.map((appender) => ({ pool, ledger, origin: keyring.origin, keys, subjectKeys: subjectKeysOf(keyring), appender, finder, catalogue, counts }));
    for (let times = 1; times <= 5; times += 1) {
      const { email } = await given();
      await from(source, { subject: { email }, ...WITHDRAW, notice: NEWSLETTER.notice, capture: { context: 'newsletter-signup', method: 'form', point } }).expect(202);
      const { rows } = await pool.query<{ id: string }>('SELECT id FROM held_withdrawals ORDER BY held_at DESC LIMIT 1');
      const row = await decideHeld({ pool, ledger }, rows[0]?.id ?? '', 'operator', 'a test');
      if (!one || !other || !row) throw new Error('nothing was decided');
      await Promise.all([finishHeld(one, row), finishHeld(other, row)]);
      await finishHeld(one, row);
      await counts.flush();
      const { body } = await api.get('/v1/statistics?by=point', api.keys['audit:read']).expect(200);
      const counted = body.rows.find((line: { point: string }) => line.point === point);
      expect([times, counted?.withdrawn, counted?.refused]).toEqual([times, times, 0]);
    }
    await Promise.all(appenders.map((appender) => appender.close()));
  });

  test('a mail server that is down keeps no withdrawal from taking effect, and the mails go out once it is back', async () => {
    const waiting = await held();
    const due = await held();
    await api.fresh.pool.query(`UPDATE held_withdrawals SET release_at = now() - make_interval(secs => 1) WHERE id = (SELECT id FROM held_withdrawals ORDER BY held_at DESC LIMIT 1)`);
    mails.down = true;
    await expect(mails.round()).rejects.toThrow(/down/);
    expect([await state({ email: waiting.email }), await state({ email: due.email })]).toEqual(['given', 'withdrawn']);
    await expect(mails.follow()).rejects.toThrow(/down/);
    mails.down = false;
    await mails.round();
    await mails.follow();
    expect(mails.to(waiting.email).map((mail) => mail.subject)).toEqual(['Vill du avsluta: Nyhetsbrev?']);
    expect(mails.to(due.email).map((mail) => mail.subject)).toEqual(['Avslutat: Nyhetsbrev']);
  });

  test('a mail server that takes its time over each question keeps nothing from taking effect that falls due meanwhile; one that is away is asked once a look, and all questions leave once it is back', async () => {
    const { email, source } = await held();
    await mails.round();
    const waiting = [];
    for (let count = 0; count < 12; count += 1) waiting.push(await given());
    for (const one of waiting) await from(source, { subject: { email: one.email }, ...WITHDRAW }).expect(202);
    let tried = 0;
    let last = '';
    mails.before = async () => {
      tried += 1;
    };
    mails.down = true;
    await expect(mails.round()).rejects.toThrow(/down/);
    expect(tried).toBe(1);
    mails.down = false;
    mails.before = async () => {
      tried += 1;
      if (tried === 2) await api.fresh.pool.query('UPDATE held_withdrawals SET release_at = now() WHERE done_at IS NULL AND asked_at IS NOT NULL');
      last = await state({ email });
      ahead += 700;
    };
    let ahead = 0;
    const now = Date.now.bind(Date);
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
    await mails.round();
    clock.mockRestore();
    mails.before = undefined;
    expect([tried, last]).toEqual([13, 'withdrawn']);
  });

  test.each([
    ['refused', 1],
    ['unclear', 1],
    ['put-off', 2],
  ])('a question that its server answers as %s is not sent again at the next look, nor ever where it may have arrived; it is sent %i times in all', async (failure, times) => {
    const { email } = await held();
    let sent = 0;
    mails.before = async ({ to }) => {
      if (to !== email) return;
      sent += 1;
      if (sent === 1) throw Object.assign(new Error('no'), { failure });
    };
    const inNoTime = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
    for (let looks = 0; looks < 3; looks += 1) await mails.round();
    expect(sent).toBe(1);
    inNoTime.mockReturnValue(performance.now() + 73_000);
    for (let looks = 0; looks < 3; looks += 1) await mails.round();
    inNoTime.mockRestore();
    mails.before = undefined;
    expect(sent).toBe(times);
    expect(await state({ email })).toBe('given');
  });

  test('a consent that the person gives meanwhile is not undone by the older word of a stranger', async () => {
    const { email } = await held();
    await write({ subject: { email }, ...WITHDRAW }).expect(201);
    await write({ subject: { email }, ...NEWSLETTER }).expect(201);
    await age(24);
    await mails.round();
    expect(await state({ email })).toBe('given');
  });

  test('said again while it waits, it is as if it had been said then: what was given between the two ends with it, on the first one’s day, and it waits and is counted once', async () => {
    const { email, person, source } = await held();
    await write({ subject: { email }, ...WITHDRAW }).expect(201);
    await write({ subject: { email }, ...NEWSLETTER }).expect(201);
    const waiting = async () => (await api.fresh.pool.query<{ id: string; release_at: Date }>('SELECT id, release_at FROM held_withdrawals WHERE decided IS NULL ORDER BY held_at DESC LIMIT 1')).rows;
    const metric = async () => Number(/^samtycke_held_withdrawals_total (\d+)/m.exec((await api.get('/metrics')).text)?.[1]);
    const [first, counted] = [await waiting(), await metric()];
    await from(source, { subject: { email }, ...WITHDRAW }).expect(202);
    expect([await waiting(), await metric(), await state({ email })]).toEqual([first, counted, 'given']);
    await age(24);
    await mails.round();
    const [anew, withdrawn, ...more] = (await history(person)).slice(2);
    expect([await state({ email }), withdrawn?.type, more]).toEqual(['withdrawn', 'consent-withdrawn', []]);
    expect(anew && withdrawn && withdrawn.occurredAt > anew.occurredAt).toBe(true);
  });

  test('it is dropped neither because the person takes a part back meanwhile, nor because somebody types his address again', async () => {
    const source = network();
    await exhaust(source);
    const [narrowed, retyped] = [someone(), someone()];
    const notice = { id: 'order', version: '1.3', locale: 'sv' };
    const marketing = (decision: string, channels?: string[]) => ({ decisions: [{ purpose: 'electronic-marketing', decision, channels }], notice });
    for (const subject of [narrowed, retyped]) {
      await write({ subject, ...marketing('grant', ['app', 'sms']) }).expect(201);
      await from(source, { subject, ...marketing('withdraw') }).expect(202);
    }
    await write({ subject: narrowed, ...marketing('withdraw', ['app']) }).expect(201);
    await from(network(), { subject: retyped, ...marketing('grant', ['app', 'sms', 'social']) }).expect(202);
    const now = async () => Promise.all([narrowed, retyped].map((subject) => state(subject, 'electronic-marketing')));
    expect(await now()).toEqual(['given', 'renewed']);
    await age(24);
    await mails.round();
    expect(await now()).toEqual(['withdrawn', 'withdrawn']);
  });

  test('a merge meanwhile drops it no more than it drops what the person gave since', async () => {
    const [home, other, between, last] = [await given(), await given(), await given(), await given()];
    const [waiting, again, twice] = [await held(), await held(), await held()];
    const merge = (one: { person: string }, into: { person: string }) => api.post(`/v1/people/${one.person}/merge`, { into: into.person }, api.keys['people:write'], { 'samtycke-reason': 'a test' }).expect(200);
    const anew = async (email: string): Promise<void> => {
      await write({ subject: { email }, ...WITHDRAW }).expect(201);
      await write({ subject: { email }, ...NEWSLETTER }).expect(201);
    };
    await anew(again.email);
    await merge(waiting, home);
    await merge(again, other);
    await merge(twice, between);
    await anew(twice.email);
    await merge(between, last);
    await age(24);
    await mails.round();
    expect([await state({ email: waiting.email }), await state({ email: again.email }), await state({ email: twice.email })]).toEqual(['withdrawn', 'given', 'given']);
  });

  test('a crash between the decision and its effect is made good by the next round', async () => {
    const { email, person } = await held();
    await api.fresh.pool.query(`UPDATE held_withdrawals SET decided = 'owner', decided_by = $1, decided_at = now() WHERE decided IS NULL`, [person]);
    await mails.round();
    expect(await state({ email })).toBe('withdrawn');
    expect((await history(person)).at(-1)).toMatchObject({ actor: { kind: 'person', id: person } });
  });

  test('grants and requests get 429 with Retry-After and a stable code, the same for known and unknown; a withdrawal beside them acts', async () => {
    const source = network();
    for (let calls = 0; calls < 60; calls += 1) await from(source, { subject: someone(), ...NEWSLETTER }).expect(202);
    const known = await given();
    const before = await api.events();
    const answers = [await from(source, { subject: { email: known.email }, ...NEWSLETTER }), await from(source, { subject: someone(), ...NEWSLETTER })];
    for (const answer of answers) {
      expect([answer.status, answer.body.code]).toEqual([429, 'too_many_requests']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(3_000);
    }
    expect(answers[0]?.text).toBe(answers[1]?.text);
    expect(await api.events()).toBe(before);
    const both = { ...NEWSLETTER, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }, { purpose: 'market-research', decision: 'grant' }] };
    await from(source, { subject: { email: known.email }, ...both, notice: undefined });
    expect(await state({ email: known.email })).toBe('withdrawn');
  });

  test('what a device decides about itself is not counted: it acts at once beside a typed withdrawal that is held', async () => {
    const { email, source } = await held();
    const device = (await api.post('/v1/devices', undefined, api.siteKey, { origin: ORIGIN }).expect(201)).body;
    const cookies = { notice: { id: 'cookies', version: '1.3', locale: 'sv' }, capture: { context: 'cookies', method: 'banner' } };
    await from(source, { subject: { device: device.token }, decisions: [{ purpose: 'statistics', decision: 'grant' }], ...cookies }).expect(201);
    await write({ subject: { email }, decisions: [{ purpose: 'newsletter', decision: 'grant', channels: ['email'] }], notice: NEWSLETTER.notice });
    await from(source, { subject: { email, device: device.token }, decisions: [...WITHDRAW.decisions, { purpose: 'statistics', decision: 'withdraw' }] }).expect(202);
    expect([await state({ email }), await state({ device: device.token }, 'statistics')]).toEqual(['given', 'withdrawn']);
  });

  test('a call that is held as a whole keeps its answer: a retry holds nothing anew, also once it took effect; another body under its key is a 422', async () => {
    const source = network();
    await exhaust(source);
    const one = await given();
    const headers = { 'idempotency-key': `held-${one.email}` };
    await from(source, { subject: { email: one.email }, ...WITHDRAW }, headers).expect(202);
    const waiting = async () => (await api.fresh.pool.query('SELECT id FROM held_withdrawals WHERE done_at IS NULL')).rowCount;
    const before = await waiting();
    await from(source, { subject: { email: one.email }, ...WITHDRAW }, headers).expect(202, { accepted: true });
    await from(source, { subject: someone(), ...WITHDRAW }, headers).expect(422, /idempotency_key_reused/);
    expect(await waiting()).toBe(before);
    await age(24);
    await mails.round();
    expect(await state({ email: one.email })).toBe('withdrawn');
    await write({ subject: { email: one.email }, ...NEWSLETTER }).expect(201);
    await from(source, { subject: { email: one.email }, ...WITHDRAW }, headers).expect(202, { accepted: true });
    await age(24);
    await mails.round();
    expect(await state({ email: one.email })).toBe('given');
  });

  test('a retry of an answered call counts for nothing and gets the first answer', async () => {
    const source = network();
    const one = await given();
    const headers = { 'idempotency-key': `retry-${one.email}` };
    await from(source, { subject: { email: one.email }, ...WITHDRAW }, headers).expect(202);
    await write({ subject: { email: one.email }, ...NEWSLETTER }).expect(201);
    await exhaust(source);
    await from(source, { subject: { email: one.email }, ...WITHDRAW }, headers).expect(202);
    await age(24);
    await mails.round();
    expect(await state({ email: one.email })).toBe('given');
  });
});
