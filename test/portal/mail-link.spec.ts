import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Visitor, type Shown } from './visitor.js';
import { portalWorld, type PortalWorld } from './world.js';

let world: PortalWorld;
beforeAll(async () => {
  world = await portalWorld(() => ({ TRUST_PROXY: '127.0.0.1' }));
});
afterAll(() => world?.close());

let people = 0;
const someone = (): string => `person${(people += 1)}@example.se`;

/** Each from an address of its own: only what a test is about is counted. */
let sources = 0;
const newSource = (): string => `198.51.${Math.floor((sources += 1) / 250)}.${sources % 250}`;

/** One request alone, as it comes over the line. */
async function post(path: string, fields: Record<string, string>, { source = newSource(), language = 'sv' } = {}): Promise<Response> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': source, 'accept-language': language };
  return fetch(world.url + path, { method: 'POST', headers, body: new URLSearchParams(fields).toString(), redirect: 'manual' });
}

const ask = (email: string, more = {}): Promise<Response> => post('/sign-in/mail', { email }, more);

/** Everything of an answer that is not the time of day. */
const bytesOf = async (response: Response): Promise<string> => {
  const headers = [...response.headers].filter(([name]) => name !== 'date');
  return JSON.stringify([response.status, headers, await response.text()]);
};

const isIn = async (visitor: Visitor): Promise<boolean> => (await visitor.open(`${world.url}/view`)).status === 200;
const titleOf = ({ body }: Shown): string | undefined => /<h1>(.*?)<\/h1>/.exec(body)?.[1];

async function linkFor(email: string): Promise<string> {
  await ask(email);
  return (await world.mailTo(email)).link;
}

describe('a link by mail', () => {
  test('signs in whoever has it, by a press of its button', async () => {
    const email = someone();
    const visitor = new Visitor();
    const page = await visitor.open(await linkFor(email));
    expect(page.body).toContain(email);
    expect(await isIn(visitor)).toBe(false);
    expect((await visitor.press(page, {})).url).toBe(`${world.url}/`);
    expect(await isIn(visitor)).toBe(true);
    expect(world.asked.at(-1)?.body).toEqual({ subject: { email } });
  });

  test('opening it changes nothing, however often and by whomever: a scanner uses nothing up', async () => {
    const link = await linkFor(someone());
    for (const method of ['GET', 'HEAD', 'GET']) expect((await fetch(link, { method })).status).toBe(200);
    const visitor = new Visitor();
    await visitor.press(await visitor.open(link), {});
    expect(await isIn(visitor)).toBe(true);
  });

  test('works once, also for presses at the same moment', async () => {
    const link = await linkFor(someone());
    const presses = await Promise.all(Array.from({ length: 8 }, () => post(new URL(link).pathname, {})));
    expect(presses.map(({ status }) => status).sort()).toEqual([303, 410, 410, 410, 410, 410, 410, 410]);
    const visitor = new Visitor();
    const page = await visitor.open(link);
    expect([page.status, titleOf(page)]).toEqual([410, 'Länken gäller inte längre']);
  });

  test('works for 15 minutes', async () => {
    const link = await linkFor(someone());
    const token = new URL(link).pathname.split('/').at(-1) ?? '';
    const hash = createHash('sha256').update(token).digest();
    const { rows } = await world.pool.query<{ left: number }>('SELECT extract(epoch FROM expires_at - now())::float AS left FROM portal.mail_links WHERE hash = $1', [hash]);
    expect(rows[0]?.left).toBeGreaterThan(600);
    expect(rows[0]?.left).toBeLessThanOrEqual(900);
    await world.pool.query(`UPDATE portal.mail_links SET expires_at = now() - interval '1 second' WHERE hash = $1`, [hash]);
    expect((await post(new URL(link).pathname, {})).status).toBe(410);
    expect((await fetch(link)).status).toBe(410);
  });

  test('is stored nowhere: the tables hold its hash', async () => {
    const token = new URL(await linkFor(someone())).pathname.split('/').at(-1) ?? '';
    const { rows } = await world.pool.query(`SELECT (SELECT json_agg(l) FROM portal.mail_links l)::text || (SELECT json_agg(a) FROM portal.mail_asks a)::text AS all`);
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(JSON.stringify(rows)).toContain(createHash('sha256').update(token).digest('hex'));
  });

  test('begins a session under a new id, and ends the one that was there', async () => {
    const visitor = new Visitor();
    visitor.cookies(world.url).set('samtycke-session', 'planted');
    await visitor.press(await visitor.open(await linkFor(someone())), {});
    const first = visitor.cookies(world.url).get('samtycke-session') ?? '';
    expect(first).not.toBe('planted');
    await visitor.press(await visitor.open(await linkFor(someone())), {});
    const other = new Visitor();
    other.cookies(world.url).set('samtycke-session', first);
    expect(await isIn(other)).toBe(false);
  });

  test('a press that comes from another site signs nobody in', async () => {
    const link = await linkFor(someone());
    const visitor = new Visitor();
    expect((await visitor.open(link, { method: 'POST', origin: 'https://evil.example' })).status).toBe(403);
    expect((await post(new URL(link).pathname, {})).status).toBe(303);
  });

  test.each(['x', '..%2f..', 'a'.repeat(43), 'a'.repeat(90)])('a link that nobody was sent leads to the same page (%s)', async (token) => {
    const response = await fetch(`${world.url}/sign-in/mail/${token}`);
    expect(response.status).toBe(410);
    expect(await response.text()).toContain('Länken gäller inte längre');
  });
});

describe('the mail', () => {
  test.each([
    ['sv', 'Din länk till Mina val', '15 minuter'],
    ['da', 'Dit link til Mine valg', '15 minutter'],
    ['en', 'Your link to My choices', '15 minutes'],
  ])('speaks the language of the page (%s), with one link, to the configured address of the portal', async (language, subject, minutes) => {
    const email = someone();
    await ask(email, { language });
    const mail = await world.mailTo(email);
    expect(mail.subject).toBe(subject);
    expect(mail.text).toContain(minutes);
    expect(mail.text.match(/https?:\/\/\S+/g)).toEqual([expect.stringMatching(new RegExp(`^${world.url}/sign-in/mail/[\\w-]{43}$`))]);
  });
});

describe('what the answer tells', () => {
  test('the same bytes for every address: known, unknown, and one that gets no more mails', async () => {
    world.answers.set('POST /v1/people/lookup', { status: 200, body: { person: '0192f8a0-0000-7000-8000-000000000001' } });
    const [known, unknown, often] = [someone(), someone(), someone()];
    for (let n = 0; n < 5; n += 1) await ask(often);
    const answers = await Promise.all([known, unknown, often, 'nobody@nowhere.invalid'].map(async (email) => bytesOf(await ask(email))));
    expect(new Set(answers).size).toBe(1);
    world.answers.delete('POST /v1/people/lookup');
  });

  test('nobody is looked up: there is nothing that could take longer for one address than for another', async () => {
    const before = world.asked.length;
    await ask(someone());
    await world.mailTo(`person${people}@example.se`);
    expect(world.asked.slice(before)).toEqual([]);
  });

  test('what is no address is said to be none', async () => {
    for (const email of ['anna@', '100200', '', 'a b@c.se']) expect((await ask(email)).headers.get('location')).toBe('/sign-in?wrong=mail');
  });

  test.each(['x1<anna@example.se>', 'x,anna@example.se', '"anna"@example.se', 'anna@example.se;', '(c)anna@example.se', 'x:anna@example.se', 'x\u0001anna@example.se'])('what only leads to an address is none: it would be counted by itself, and a mail would carry what was written beside it (%j)', async (email) => {
    expect((await ask(email)).headers.get('location')).toBe('/sign-in?wrong=mail');
    expect((await world.pool.query(`SELECT 1 FROM portal.mail_asks WHERE email LIKE '%anna%'`)).rowCount).toBe(0);
  });
});

describe('limits', () => {
  test('one address gets five mails an hour, wherever they are asked for from, also at the same moment', async () => {
    const email = someone();
    await Promise.all(Array.from({ length: 12 }, () => ask(email)));
    await world.mailTo(email, 5);
    const { rows } = await world.pool.query<{ asks: number }>('SELECT count(*)::int AS asks FROM portal.mail_asks WHERE email = $1', [email]);
    expect(rows[0]?.asks).toBe(5);
    await world.pool.query(`UPDATE portal.mail_asks SET asked_at = asked_at - interval '1 hour' WHERE email = $1`, [email]);
    await ask(email);
    await world.mailTo(email, 6);
  });

  test('one source may ask sixty times an hour; then it is told to wait, and others are not', async () => {
    const source = '203.0.113.7';
    const answers = await Promise.all(Array.from({ length: 66 }, () => ask(someone(), { source })));
    expect(answers.filter((answer) => answer.headers.get('location') === '/sign-in/mail/too-many')).toHaveLength(6);
    const page = await fetch(`${world.url}/sign-in/mail/too-many`);
    expect([page.status, page.headers.get('retry-after')]).toEqual([429, '3600']);
    expect((await ask(someone())).headers.get('location')).toBe('/sign-in/mail/sent');
  });

  test('a household with many IPv6 addresses is one source', async () => {
    const answers = await Promise.all(Array.from({ length: 61 }, (_, n) => ask(someone(), { source: `2001:db8:1:2::${(n + 1).toString(16)}` })));
    expect(answers.filter((answer) => answer.headers.get('location') === '/sign-in/mail/too-many')).toHaveLength(1);
  });
});
