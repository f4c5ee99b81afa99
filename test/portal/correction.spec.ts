import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '#testing';
import { correctionsIn } from '../../apps/portal/src/store/corrections.js';
import { Visitor, type Shown } from './visitor.js';
import { portalWorld, type PortalWorld } from './world.js';

const PERSON = '0192f8a0-0000-7000-8000-00000000000a';
const OTHER = '0192f8a0-0000-7000-8000-00000000000b';
const OLD = { id: '0192f8a0-0000-7000-8000-0000000000a1', kind: 'email' };
const RECTIFY = `POST /v1/people/${PERSON}/rectify`;
const LOOKUP = 'POST /v1/people/lookup';

let world: PortalWorld;
let people = 0;
/** Who asks: signed in by his old address, and known to the ledger. */
let visitor: Visitor;
let old: string;
let fresh: string;
/** Who is found by what, in the ledger. */
let found: Map<string, string>;

beforeAll(async () => {
  world = await portalWorld(() => ({ PORTAL_DEV_SIGNIN: '1', TRUST_PROXY: '127.0.0.1' }));
  world.answers.set(LOOKUP, (body) => {
    const person = found.get((body as { subject: { email: string } }).subject.email);
    return person ? { status: 200, body: { person } } : { status: 404, body: { code: 'person_unknown' } };
  });
  world.answers.set(`GET /v1/people/${PERSON}/rights`, { status: 200, body: { rights: [] } });
  world.answers.set(`GET /v1/people/${PERSON}/consents`, { status: 200, body: { consents: [] } });
});
afterAll(() => world?.close());
beforeEach(async () => {
  people += 1;
  [old, fresh] = [`old${people}@example.se`, `new${people}@example.se`];
  found = new Map([[old, PERSON]]);
  world.answers.set(`GET /v1/people/${PERSON}/rectify`, () => ({ status: 200, body: { identifiers: found.has(old) ? [{ ...OLD, value: old }] : [] } }));
  corrects();
  visitor = new Visitor();
  await visitor.open(`${world.url}/sign-in`, { method: 'POST', fields: { who: old } });
  world.asked.length = 0;
});

/** The ledger takes a correction, as it is asked for. */
function corrects(): void {
  world.answers.set(RECTIFY, (body) => {
    const { add, remove = [] } = body as { add: { email: string }; remove?: string[] };
    found.set(add.email, PERSON);
    if (remove.includes(OLD.id)) found.delete(old);
    return { status: 200, body: {} };
  });
}

let sources = 0;
const begin = (more: Record<string, string> = {}, source = `198.51.100.${(sources += 1)}`): Promise<Shown> =>
  visitor.open(`${world.url}/rights/correction`, { method: 'POST', fields: { key: crypto.randomUUID(), email: fresh, replaces: OLD.id, ...more }, source });
const codeOn = ({ body }: Shown): string => (/<output[^>]*>([\d\s]+)<\/output>/.exec(body)?.[1] ?? '').replaceAll(/\D/g, '');
const rectified = () => world.asked.filter(({ path }) => path === RECTIFY);
const titleOf = ({ body }: Shown): string | undefined => /<h1>(.*?)<\/h1>/.exec(body)?.[1];
const isIn = async (who: Visitor): Promise<boolean> => (await who.open(`${world.url}/view`)).status === 200;
const wrongFor = (code: string): string => (code === '000000' ? '000001' : '000000');
async function begun(): Promise<{ code: string; link: string }> {
  const code = codeOn(await begin());
  return { code, link: (await world.mailTo(fresh)).link };
}

describe('who asks for another address', () => {
  test('stays signed in, and reads what happens now: where the mail went, what it is for, and a code; nothing is changed yet', async () => {
    const page = await begin();
    expect([page.url, page.status]).toEqual([`${world.url}/rights/correction/sent`, 200]);
    expect(page.body).toContain(fresh);
    expect(codeOn(page)).toMatch(/^\d{6}$/);
    expect(await isIn(visitor)).toBe(true);
    expect(rectified()).toEqual([]);
    expect(codeOn(await visitor.open(page.url))).toBe(codeOn(page));
  });

  test('puts it right by one press behind the link, in the same browser, and goes on under the new address', async () => {
    const { link } = await begun();
    const page = await visitor.open(link);
    expect(page.body).toContain(fresh);
    expect(page.body).not.toContain('name="code"');
    const done = await visitor.press(page, { answer: 'yes' });
    expect([new URL(done.url).pathname, new URL(done.url).searchParams.get('said')]).toEqual(['/rights', 'corrected']);
    expect(rectified().map(({ body }) => body)).toEqual([{ add: { email: fresh }, remove: [OLD.id] }]);
    world.asked.length = 0;
    expect(await isIn(visitor)).toBe(true);
    expect(world.asked.filter(({ path }) => path === LOOKUP).map(({ body }) => body)).toContainEqual({ subject: { email: fresh } });
  });

  test('and keeps the old address goes on under that', async () => {
    await begin({ replaces: '' });
    await visitor.press(await visitor.open((await world.mailTo(fresh)).link), { answer: 'yes' });
    expect(rectified().map(({ body }) => body)).toEqual([{ add: { email: fresh }, remove: [] }]);
    const { rows } = await world.pool.query('SELECT value FROM portal.sessions WHERE value = ANY ($1)', [[old, fresh]]);
    expect(rows).toEqual([{ value: old }]);
  });
});

describe('the link, in any other browser', () => {
  test('adds the address for whoever has the code from the page of the one who asked, and says so; his session goes on', async () => {
    const { code, link } = await begun();
    const phone = new Visitor();
    const page = await phone.open(link);
    expect(page.body).toContain('name="code"');
    for (const secret of [old, PERSON, code]) expect(page.body).not.toContain(secret);
    const done = await phone.press(page, { answer: 'yes', code: `${code.slice(0, 3)} ${code.slice(3)}` });
    expect([done.status, titleOf(done)]).toEqual([200, 'Adressen är tillagd']);
    expect(rectified()).toHaveLength(1);
    expect(await isIn(phone)).toBe(false);
    expect(found.get(fresh)).toBe(PERSON);
    expect(await isIn(visitor)).toBe(true);
    const { rows } = await world.pool.query('SELECT value FROM portal.sessions WHERE value = ANY ($1)', [[old, fresh]]);
    expect(rows).toEqual([{ value: fresh }]);
  });

  test('is of no use without the code: to whoever got the mail since the address was misspelt, nor after five wrong ones', async () => {
    const { code, link } = await begun();
    const stranger = new Visitor();
    for (let times = 1; times <= 5; times += 1) {
      const page = await stranger.press(await stranger.open(link), { answer: 'yes', code: wrongFor(code) });
      expect(page.status).toBe(422);
    }
    expect((await stranger.open(link)).status).toBe(410);
    expect((await stranger.open(link, { method: 'POST', fields: { answer: 'yes', code } })).status).toBe(410);
    expect(rectified()).toEqual([]);
  });

  test('is not taken for his own by somebody else who is signed in there', async () => {
    const { link } = await begun();
    found.set('other@example.se', OTHER);
    const other = new Visitor();
    await other.open(`${world.url}/sign-in`, { method: 'POST', fields: { who: 'other@example.se' } });
    expect((await other.press(await other.open(link), { answer: 'yes' })).status).toBe(422);
    expect(rectified()).toEqual([]);
  });

  test('lets whoever got it for nothing say so: nothing is added then', async () => {
    const { code, link } = await begun();
    const stranger = new Visitor();
    const done = await stranger.press(await stranger.open(link), { answer: 'no' });
    expect([done.status, titleOf(done)]).toEqual([200, 'Inget har ändrats']);
    expect((await visitor.open(link)).status).toBe(410);
    expect((await stranger.open(link, { method: 'POST', fields: { answer: 'yes', code } })).status).toBe(410);
    expect(rectified()).toEqual([]);
  });
});

describe('a link of a correction', () => {
  test('changes nothing when it is opened, by whomever, and works once', async () => {
    const { link, code } = await begun();
    for (const method of ['GET', 'HEAD', 'GET']) expect((await fetch(link, { method })).status).toBe(200);
    expect(rectified()).toEqual([]);
    const press = () => new Visitor().open(link, { method: 'POST', fields: { answer: 'yes', code } });
    await Promise.all([press(), press(), press()]);
    expect(new Set(rectified().map(({ key }) => key)).size).toBe(1);
    const again = await press();
    expect([again.status, titleOf(again)]).toEqual([410, 'Länken gäller inte längre']);
  });

  test('works for 15 minutes', async () => {
    const { link } = await begun();
    await world.pool.query(`UPDATE portal.mail_links SET expires_at = now() - interval '1 second' WHERE expires_at > now()`);
    expect((await fetch(link)).status).toBe(410);
    expect((await visitor.open(link, { method: 'POST', fields: { answer: 'yes' } })).status).toBe(410);
    expect(rectified()).toEqual([]);
  });

  test('signs nobody in, and a link that signs in adds no address', async () => {
    const { link } = await begun();
    const token = new URL(link).pathname.split('/').at(-1) ?? '';
    expect((await fetch(`${world.url}/sign-in/mail/${token}`)).status).toBe(410);
    expect((await new Visitor().open(`${world.url}/sign-in/mail/${token}`, { method: 'POST', fields: {} })).status).toBe(410);
    await visitor.open(`${world.url}/sign-in/mail`, { method: 'POST', fields: { email: fresh }, source: '198.51.100.250' });
    const signInMail = await until(async () => (await world.mails()).find((mail) => mail.to === fresh && mail.link.includes('/sign-in/mail/')), { timeoutMs: 30_000, what: 'the mail that signs in' });
    const signIn = new URL(signInMail?.link ?? '').pathname.split('/').at(-1) ?? '';
    expect((await fetch(`${world.url}/rights/correction/link/${signIn}`)).status).toBe(410);
    expect((await visitor.open(`${world.url}/rights/correction/link/${signIn}`, { method: 'POST', fields: { answer: 'yes' } })).status).toBe(410);
    expect((await fetch(link)).status).toBe(200);
  });

  test('another correction of the same session takes its place', async () => {
    const { link } = await begun();
    fresh = `newer${people}@example.se`;
    const { link: newer } = await begun();
    expect([(await visitor.open(link)).status, (await visitor.open(newer)).status]).toEqual([410, 200]);
  });

  test('is told as done where it was done already and the answer was lost: the same could not be asked for again', async () => {
    const { link } = await begun();
    found.set(fresh, PERSON);
    world.answers.set(RECTIFY, { status: 422, body: { code: 'nothing_to_change' } });
    world.answers.set(`GET /v1/people/${PERSON}/rectify`, { status: 200, body: { identifiers: [] } });
    const done = await visitor.press(await visitor.open(link), { answer: 'yes' });
    expect(new URL(done.url).searchParams.get('said')).toBe('corrected');
  });

  test('is nobody’s where who asked turned out to be somebody else meanwhile', async () => {
    const { link } = await begun();
    found.set(old, OTHER);
    const done = await visitor.press(await visitor.open(link), { answer: 'yes' });
    expect(new URL(done.url).searchParams.get('said')).toBe('refused');
    expect(rectified()).toEqual([]);
  });

  test('is not used up while the ledger is away: the page sends the same again', async () => {
    const { code, link } = await begun();
    world.answers.set(RECTIFY, { status: 503, body: { code: 'unavailable' } });
    const phone = new Visitor();
    const failed = await phone.press(await phone.open(link), { answer: 'yes', code });
    expect(failed.status).toBe(503);
    corrects();
    expect(titleOf(await phone.press(failed, {}))).toBe('Adressen är tillagd');
    expect(found.get(fresh)).toBe(PERSON);
  });

  test('whose address belongs to somebody else adds nothing, and says so', async () => {
    const { code, link } = await begun();
    world.answers.set(RECTIFY, { status: 409, body: { code: 'identifier_taken' } });
    const phone = new Visitor();
    const page = await phone.press(await phone.open(link), { answer: 'yes', code });
    expect(page.body).toContain('hör redan till någon');
    expect((await fetch(link)).status).toBe(410);
  });
});

test.each([['sv', 'Är det här din nya adress?'], ['da', 'Er det din nye adresse?'], ['en', 'Is this your new address?']])('the mail speaks the language of the page (%s), with one link to the configured address of the portal', async (locale, subject) => {
  visitor.cookies(world.url).set('samtycke-language', locale);
  await begin();
  const mail = await world.mailTo(fresh);
  expect(mail.subject).toBe(subject);
  expect(mail.text).not.toContain(old);
  expect(mail.text.match(/https?:\/\/\S+/g)).toEqual([expect.stringMatching(new RegExp(`^${world.url}/rights/correction/link/[\\w-]{43}$`))]);
});

test('mails for corrections are five an hour to an address, and with those for sign-ins sixty from a source', async () => {
  for (let times = 0; times < 7; times += 1) expect((await begin({}, `203.0.113.${times + 1}`)).status).toBe(200);
  const { rows } = await world.pool.query<{ asks: number }>('SELECT count(*)::int AS asks FROM portal.mail_asks WHERE email = $1', [fresh]);
  expect(rows[0]?.asks).toBe(5);
  await Promise.all(Array.from({ length: 60 }, (_, n) => visitor.open(`${world.url}/sign-in/mail`, { method: 'POST', fields: { email: `n${n}@example.se` }, source: '203.0.113.200', until: world.url })));
  const refused = await begin({ email: 'last@example.se' }, '203.0.113.200');
  expect(refused.body).toContain('Vänta en stund');
  expect((await world.pool.query(`SELECT 1 FROM portal.corrections WHERE email = 'last@example.se'`)).rowCount).toBe(0);
});

test('asking to add somebody else’s address keeps him from no sign-in: his link is mailed all the same', async () => {
  for (let times = 0; times < 6; times += 1) await begin();
  await world.mailTo(fresh, 5);
  await new Visitor().open(`${world.url}/sign-in/mail`, { method: 'POST', fields: { email: fresh }, source: '198.51.100.250', until: world.url });
  await world.mailTo(fresh, 6);
  const links = (await world.mails()).filter(({ to, text }) => to === fresh && text.includes(`${world.url}/sign-in/mail/`));
  expect(links).toHaveLength(1);
});

test('what nobody finished is removed with its address once its time is over, and nothing else is', async () => {
  const [over, waits] = [fresh, `waits${people}@example.se`];
  await begin();
  await world.pool.query(`UPDATE portal.corrections SET expires_at = now() - interval '1 second', session = 'another' WHERE email = $1`, [over]);
  await begin({ email: waits });
  await correctionsIn(world.pool).sweep();
  const { rows } = await world.pool.query<{ email: string }>('SELECT email FROM portal.corrections WHERE email = ANY ($1)', [[over, waits]]);
  expect(rows).toEqual([{ email: waits }]);
});
