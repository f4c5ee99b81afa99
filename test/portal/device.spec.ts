import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Visitor, type Shown } from './visitor.js';
import { portalWorld, type PortalWorld } from './world.js';

const WEBSITE = 'http://www.example.test';
const PERSON = '0192f8a0-0000-7000-8000-000000000001';
const LINK = `POST /v1/people/${PERSON}/links`;
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkZXZpY2UifQ.signature';
const OTHER = TOKEN.replace('signature', 'another');

let world: PortalWorld;
beforeAll(async () => {
  world = await portalWorld(() => ({ PORTAL_DEV_SIGNIN: '1' }));
  world.answers.set('GET /v1/purposes', { status: 200, body: { purposes: [{ id: 'statistics', basis: 'eu-gdpr:A6-1-a', holder: 'device', choice: 'grant-withdraw', texts: {} }] } });
});
afterAll(() => world?.close());
afterEach(() => void jest.restoreAllMocks());
beforeEach(() => {
  world.asked.length = 0;
  world.answers.set('POST /v1/people/lookup', { status: 200, body: { person: PERSON } });
  world.answers.set(`GET /v1/people/${PERSON}/consents`, { status: 200, body: { consents: [] } });
  world.answers.set(LINK, { status: 201, body: { person: PERSON, device: 'd' } });
});

const links = (): PortalWorld['asked'] => world.asked.filter(({ path }) => path === LINK);
const come = (visitor: Visitor, device = TOKEN, origin = WEBSITE): Promise<Shown> => visitor.open(`${world.url}/from-website`, { method: 'POST', fields: { device }, origin });
const signIn = (visitor: Visitor): Promise<Shown> => visitor.open(`${world.url}/sign-in`, { method: 'POST', fields: { who: 'anna@example.se' } });
const cookie = (visitor: Visitor): string | undefined => visitor.cookies(world.url).get('samtycke-device');

describe('a visitor who comes from the website', () => {
  test('is linked with his device by the sign-in, once, and no address holds the token', async () => {
    const visitor = new Visitor();
    const door = await come(visitor);
    expect(door.url).toBe(`${world.url}/sign-in`);
    expect(links()).toEqual([]);
    const page = await signIn(visitor);
    await visitor.open(`${world.url}/`);
    expect(links()).toMatchObject([{ body: { device: TOKEN }, key: expect.stringMatching(/^link:[0-9a-f]{64}$/) }]);
    expect(cookie(visitor)).toBeUndefined();
    for (const { url } of [door, page]) expect(url).not.toContain('ey');
  });

  test('is linked too where he is signed in already, by a page that goes on by itself', async () => {
    const visitor = new Visitor();
    await signIn(visitor);
    const onward = await come(visitor);
    expect(onward.body).toContain('/assets/js/onward.js');
    expect(links()).toEqual([]);
    expect((await visitor.press(onward, {})).url).toBe(`${world.url}/`);
    expect(links()).toMatchObject([{ body: { device: TOKEN } }]);
  });

  test('whom the ledger does not know is linked with the first thing that he decides', async () => {
    world.answers.set('POST /v1/people/lookup', { status: 404, body: { code: 'person_unknown' } });
    world.answers.set('POST /v1/consents', { status: 201, body: { person: PERSON, decisions: [] } });
    const visitor = new Visitor();
    await come(visitor);
    await signIn(visitor);
    expect(links()).toEqual([]);
    await visitor.open(`${world.url}/choices`, { method: 'POST', fields: { key: 'key-of-this-press', purpose: 'statistics', turn: 'off' } });
    expect(links()).toMatchObject([{ body: { device: TOKEN } }]);
  });

  test('sees his page while the ledger links nothing; it is tried again, under the same key, until it is taken or refused', async () => {
    world.answers.set(LINK, { status: 503, body: { code: 'unavailable' } });
    const visitor = new Visitor();
    await come(visitor);
    expect((await signIn(visitor)).status).toBe(200);
    const tries = links().length;
    world.answers.set(LINK, { status: 400, body: { code: 'invalid_device' } });
    expect((await visitor.open(`${world.url}/`)).status).toBe(200);
    expect(links()).toHaveLength(tries + 1);
    expect(new Set(links().map(({ key }) => key)).size).toBe(1);
    await visitor.open(`${world.url}/`);
    expect(links()).toHaveLength(tries + 1);
  });

  test('with another device is linked with that one too', async () => {
    const visitor = new Visitor();
    await come(visitor);
    await signIn(visitor);
    await visitor.press(await come(visitor, OTHER), {});
    expect(links().map(({ body }) => body)).toEqual([{ device: TOKEN }, { device: OTHER }]);
    expect(new Set(links().map(({ key }) => key)).size).toBe(2);
  });
});

describe('a visitor of another site of the ledger', () => {
  const SHOP = 'https://shop.example';
  const named = (...origins: string[]): void => void world.answers.set('GET /v1/sites', { status: 200, body: { origins } });
  const asks = (): number => world.asked.filter(({ path }) => path === 'GET /v1/sites').length;
  /** Signs in, whatever became of the device. */
  async function arrive(origin: string, device = TOKEN): Promise<void> {
    const visitor = new Visitor();
    await come(visitor, device, origin);
    const page = await signIn(visitor);
    expect([page.url, page.status]).toEqual([`${world.url}/`, 200]);
  }
  const now = performance.now.bind(performance);
  /** So many minutes after the first answer, and a little. */
  const minutesLater = (minutes: number): void => void jest.spyOn(performance, 'now').mockImplementation(() => now() + minutes * 65_000);

  test('signs in without his device while the ledger cannot say which sites it has; the website’s own is linked all the same', async () => {
    world.answers.set('GET /v1/sites', { status: 503, body: { code: 'unavailable' } });
    await arrive(SHOP);
    expect([asks(), links()]).toEqual([1, []]);
    await arrive(WEBSITE);
    expect([asks(), links().length]).toEqual([1, 1]);
  });

  test('is linked as from the website, and who comes from a site that the ledger does not name signs in without his device', async () => {
    named(SHOP, 'https://blog.example');
    await arrive(SHOP);
    expect(links()).toMatchObject([{ body: { device: TOKEN } }]);
    await arrive('https://evil.example', OTHER);
    await arrive('https://blog.example', OTHER);
    expect(links().map(({ body }) => body)).toEqual([{ device: TOKEN }, { device: OTHER }]);
    expect(asks()).toBe(1);
  });

  test('is asked for anew after a minute: a site whose key was revoked is none any more, and an old answer is not believed while none comes', async () => {
    minutesLater(1);
    named(SHOP);
    await arrive(SHOP);
    expect([asks(), links().length]).toEqual([1, 1]);
    minutesLater(2);
    world.answers.set('GET /v1/sites', { status: 503, body: { code: 'unavailable' } });
    await arrive(SHOP);
    named();
    await arrive(SHOP);
    expect([asks(), links().length]).toEqual([3, 1]);
  });

  test('what is no token makes nobody ask', async () => {
    minutesLater(5);
    await arrive(SHOP, 'x');
    expect(asks()).toBe(0);
  });
});

describe('who must not link', () => {
  test.each(['https://evil.example', 'null', `${WEBSITE}.evil.example`, 'http://www.example.test:8080'])('a page of another origin sends nobody here with its device (%s)', async (origin) => {
    const visitor = new Visitor();
    await signIn(visitor);
    const page = await come(visitor, TOKEN, origin);
    expect([page.url, page.status]).toEqual([`${world.url}/`, 200]);
    expect(cookie(visitor)).toBeUndefined();
    await visitor.open(`${world.url}/from-website/onward`, { method: 'POST' });
    expect(links()).toEqual([]);
  });

  test('the last step is taken from the portal’s own page alone, and opening it links nothing', async () => {
    const visitor = new Visitor();
    await signIn(visitor);
    await come(visitor);
    expect((await visitor.open(`${world.url}/from-website/onward`, { method: 'POST', origin: WEBSITE })).status).toBe(403);
    await visitor.open(`${world.url}/from-website`);
    expect(links()).toEqual([]);
  });

  test('what is no token is kept nowhere', async () => {
    for (const device of ['', 'x', `${TOKEN}; Domain=example.test`, `${TOKEN}\r\nx`, 'a'.repeat(2_000)]) {
      const visitor = new Visitor();
      expect((await come(visitor, device)).url).toBe(`${world.url}/sign-in`);
      expect(cookie(visitor)).toBeUndefined();
    }
  });
});

describe('the way back to a website', () => {
  let turn = 0;
  const SHOP = 'https://shop.example.test';
  const wayBack = ({ body }: Shown): string | undefined => /<a href="([^"]+)" class="quiet-link"/.exec(body)?.[1];
  beforeEach(() => {
    world.answers.set('GET /v1/sites', { status: 200, body: { origins: [SHOP] } });
    // What the ledger said of its sites a minute ago is not believed any more.
    const now = performance.now() + 36_000_000 * (turn += 1);
    jest.spyOn(performance, 'now').mockReturnValue(now);
  });
  afterEach(() => void world.answers.delete('GET /v1/sites'));

  test('leads to the one that the visitor came from with his device, where a site key of the ledger works; else to the website that is configured', async () => {
    const [fromShop, signedIn, fromNowhere] = [new Visitor(), new Visitor(), new Visitor()];
    await come(fromShop, TOKEN, SHOP);
    expect(wayBack(await signIn(fromShop))).toBe(`${SHOP}/`);
    await signIn(signedIn);
    expect(wayBack(await signedIn.press(await come(signedIn, TOKEN, SHOP), {}))).toBe(`${SHOP}/`);
    expect(wayBack(await signIn(fromNowhere))).toBe(`${WEBSITE}/`);
    await come(fromNowhere, TOKEN, WEBSITE);
    expect(wayBack(await fromNowhere.open(`${world.url}/`))).toBe(`${WEBSITE}/`);
  });

  test('leads nowhere that the ledger does not vouch for, whatever stands in a cookie', async () => {
    const visitor = new Visitor();
    await come(visitor, TOKEN, 'https://evil.example');
    visitor.cookies(world.url).set('samtycke-site', Buffer.from('https://evil.example').toString('base64url'));
    const page = await signIn(visitor);
    expect(wayBack(page)).toBe(`${WEBSITE}/`);
    expect(page.body).not.toContain('evil');
  });
});
