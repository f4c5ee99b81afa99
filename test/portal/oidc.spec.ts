import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '#servers';
import { SECRET, testProvider, type TestProvider } from './provider.js';
import { Visitor, type Shown } from './visitor.js';
import { portalWorld, type PortalWorld } from './world.js';

let world: PortalWorld;
let provider: TestProvider;

beforeAll(async () => {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  world = await portalWorld(() => ({
    OIDC_ISSUER: issuer, OIDC_CLIENT_ID: 'portal', OIDC_CLIENT_SECRET: SECRET, OIDC_NAME: 'Konto', OIDC_SCOPE: 'openid email profile',
    OIDC_PERSON: 'customer,email', OIDC_CUSTOMER_CLAIM: 'customer_number', PORTAL_DEV_SIGNIN: '1', TRUST_PROXY: '127.0.0.1',
  }));
  provider = await testProvider({ portalUrl: world.url }, port);
  provider.accounts.set('anna', { email: 'Anna@example.se', email_verified: true });
  provider.accounts.set('unverified', { email: 'bo@example.se', email_verified: false });
  provider.accounts.set('stringly', { email: 'bo@example.se', email_verified: 'true' });
  provider.accounts.set('customer', { email: 'carl@example.se', email_verified: true, customer_number: 'K-100200' });
});
afterAll(async () => {
  await provider?.stop();
  await world?.close();
});

const begin = (visitor: Visitor): Promise<Shown> => visitor.open(`${world.url}/sign-in/oidc`);
const CALLBACK = (): string => `${world.url}/sign-in/oidc/callback`;

/** To the provider and through it; stops before the answer reaches the portal. */
async function untilCallback(visitor: Visitor, login: string): Promise<string> {
  return (await provider.pass(visitor, await begin(visitor), login, CALLBACK())).url;
}

async function signIn(visitor: Visitor, login: string): Promise<Shown> {
  return visitor.open(await untilCallback(visitor, login));
}

const sessions = async (): Promise<{ kind: string; value: string }[]> => (await world.pool.query<{ kind: string; value: string }>('SELECT kind, value FROM portal.sessions ORDER BY created_at')).rows;
const session = (visitor: Visitor): string | undefined => visitor.cookies(world.url).get('samtycke-session');
const isIn = async (visitor: Visitor): Promise<boolean> => (await visitor.open(`${world.url}/view`)).status === 200;

/** Nobody is in, and nothing has begun. */
async function expectNobody(visitor: Visitor, act: () => Promise<Shown>, status: number, title: string): Promise<void> {
  const before = await sessions();
  const shown = await act();
  expect({ status: shown.status, title: /<h1>(.*?)<\/h1>/.exec(shown.body)?.[1] }).toEqual({ status, title });
  expect(shown.url.startsWith(world.url)).toBe(true);
  expect(session(visitor)).toBeUndefined();
  expect(await sessions()).toEqual(before);
}

describe('who signs in by a provider', () => {
  test('a verified address names the person; the portal is what the provider was told, with PKCE, state and nonce', async () => {
    const visitor = new Visitor();
    const to = (await visitor.open(`${world.url}/sign-in/oidc`, { until: provider.issuer })).url;
    const query = new URL(to).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({ response_type: 'code', client_id: 'portal', redirect_uri: CALLBACK(), code_challenge_method: 'S256', scope: 'openid email profile' });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(query.get(name)?.length).toBeGreaterThan(30);
    const shown = await signIn(visitor, 'anna');
    expect(shown.url).toBe(`${world.url}/`);
    expect(await sessions()).toEqual([{ kind: 'email', value: 'anna@example.se' }]);
    expect(world.asked.find(({ path }) => path === 'POST /v1/people/lookup')?.body).toEqual({ subject: { email: 'anna@example.se' } });
  });

  test('a customer number names the person where that claim is configured', async () => {
    await signIn(new Visitor(), 'customer');
    expect((await sessions()).at(-1)).toEqual({ kind: 'customer', value: 'k-100200' });
  });

  test.each(['unverified', 'stringly'])('an address that the provider does not vouch for names nobody (%s)', async (login) => {
    const visitor = new Visitor();
    await expectNobody(visitor, () => signIn(visitor, login), 403, 'Vi fick inte veta vem du är');
  });
});

describe('what is not as it must be', () => {
  test('a sign-in that is cancelled at the provider leads to a page that says so', async () => {
    const visitor = new Visitor();
    const page = await begin(visitor);
    const abort = /href="([^"]+\/abort)"/.exec(page.body)?.[1] ?? '';
    await expectNobody(visitor, () => visitor.open(new URL(abort, page.url).href), 403, 'Du avbröt inloggningen');
  });

  test('an error of the provider leads to a page that says so, and shows nothing of what the provider wrote', async () => {
    const visitor = new Visitor();
    const state = new URL((await visitor.open(`${world.url}/sign-in/oidc`, { until: provider.issuer })).url).searchParams.get('state') ?? '';
    const query = new URLSearchParams({ error: 'invalid_scope', error_description: 'INJECTED', state, iss: provider.issuer }).toString();
    const shown: Shown[] = [];
    await expectNobody(visitor, async () => (shown[0] = await visitor.open(`${CALLBACK()}?${query}`)), 400, 'Inloggningen gick inte att bekräfta');
    expect(shown[0]?.body).not.toContain('INJECTED');
  });

  test('an answer works once: the second time nobody is let in', async () => {
    const callback = await untilCallback(new Visitor(), 'anna');
    const visitor = new Visitor();
    const own = await untilCallback(visitor, 'anna');
    await visitor.open(own);
    expect(await isIn(visitor)).toBe(true);
    visitor.cookies(world.url).delete('samtycke-session');
    await expectNobody(visitor, () => visitor.open(own), 400, 'Den här inloggningen är inte din eller redan slut');
    expect(callback).not.toBe(own);
  });

  test('an answer that belongs to another browser lets nobody in, and still works where it began', async () => {
    const anna = new Visitor();
    const callback = await untilCallback(anna, 'anna');
    const victim = new Visitor();
    await begin(victim);
    await expectNobody(victim, () => victim.open(callback), 400, 'Den här inloggningen är inte din eller redan slut');
    await anna.open(callback);
    expect(await isIn(anna)).toBe(true);
  });

  test.each(['', '?code=x', '?code=x&state=y', '?state=&error=access_denied'])('a callback that nobody began lets nobody in (%s)', async (query) => {
    const visitor = new Visitor();
    await expectNobody(visitor, () => visitor.open(CALLBACK() + query), 400, 'Den här inloggningen är inte din eller redan slut');
  });

  test('a token with another nonce lets nobody in', async () => {
    const visitor = new Visitor();
    const to = new URL((await visitor.open(`${world.url}/sign-in/oidc`, { until: provider.issuer })).url);
    to.searchParams.set('nonce', 'another');
    const callback = (await provider.pass(visitor, await visitor.open(to.href), 'anna', CALLBACK())).url;
    await expectNobody(visitor, () => visitor.open(callback), 400, 'Inloggningen gick inte att bekräfta');
  });

  test('a code that was asked for under another challenge lets nobody in', async () => {
    const visitor = new Visitor();
    const to = new URL((await visitor.open(`${world.url}/sign-in/oidc`, { until: provider.issuer })).url);
    to.searchParams.set('code_challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
    const callback = (await provider.pass(visitor, await visitor.open(to.href), 'anna', CALLBACK())).url;
    await expectNobody(visitor, () => visitor.open(callback), 400, 'Inloggningen gick inte att bekräfta');
  });

  test('while the provider is down a page says so; once it answers again people sign in', async () => {
    const visitor = new Visitor();
    const callback = await untilCallback(visitor, 'anna');
    await provider.stop();
    await expectNobody(visitor, () => visitor.open(callback), 503, 'Inloggningstjänsten svarar inte');
    await expectNobody(visitor, () => begin(visitor), 503, 'Inloggningstjänsten svarar inte');
    await provider.resume();
    const next = new Visitor();
    await signIn(next, 'anna');
    expect(await isIn(next)).toBe(true);
  });
});

describe('limits', () => {
  const beginFrom = (source: string): Promise<Shown> => new Visitor().open(`${world.url}/sign-in/oidc`, { until: provider.issuer, source });
  const isSentOn = ({ status }: Shown): boolean => status === 303;

  test('the provider is asked for its description once in a while, however many begin', async () => {
    const descriptions = (): number => provider.asked.filter((path) => path.startsWith('/.well-known/')).length;
    const before = descriptions();
    const shown = await Promise.all(Array.from({ length: 8 }, () => beginFrom('203.0.113.1')));
    shown.push(await beginFrom('203.0.113.1'));
    expect(shown.every(isSentOn)).toBe(true);
    expect(descriptions() - before).toBeLessThanOrEqual(1);
  });

  test('one source begins sixty sign-ins in ten minutes, those that came back too; then it is told to wait, and others are not', async () => {
    const source = '203.0.113.2';
    const visitor = new Visitor();
    const state = new URL((await visitor.open(`${world.url}/sign-in/oidc`, { until: provider.issuer, source })).url).searchParams.get('state') ?? '';
    await visitor.open(`${CALLBACK()}?${new URLSearchParams({ error: 'access_denied', state, iss: provider.issuer }).toString()}`);
    const shown = await Promise.all(Array.from({ length: 65 }, () => beginFrom(source)));
    expect(shown.filter(isSentOn)).toHaveLength(59);
    await expectNobody(new Visitor(), () => beginFrom(source), 429, 'Många försök härifrån');
    expect((await beginFrom(source)).headers.get('retry-after')).toBe('600');
    expect(isSentOn(await beginFrom('203.0.113.3'))).toBe(true);
    await world.pool.query(`UPDATE portal.begun SET expires_at = expires_at - interval '10 minutes'`);
    expect(isSentOn(await beginFrom(source))).toBe(true);
  });

  test.each([
    ['image', '203.0.113.4'],
    ['iframe', '203.0.113.5'],
    ['empty', '203.0.113.6'],
  ])('what a page of another site loads begins nothing, and keeps nobody of the network out (%s)', async (kind, source) => {
    const load = (dest: string): Promise<Response> => fetch(`${world.url}/sign-in/oidc`, { headers: { 'x-forwarded-for': source, 'sec-fetch-dest': dest }, redirect: 'manual' });
    const answers = await Promise.all(Array.from({ length: 70 }, () => load(kind)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
    expect((await world.pool.query('SELECT 1 FROM portal.begun WHERE source = $1', [source])).rowCount).toBe(0);
    expect((await load('document')).status).toBe(303);
  });
});

describe('sessions', () => {
  test('a sign-in begins a session under a new id, and ends the one that was there: an id that somebody planted opens nothing', async () => {
    const attacker = new Visitor();
    await signIn(attacker, 'customer');
    const planted = session(attacker) ?? '';
    const victim = new Visitor();
    victim.cookies(world.url).set('samtycke-session', planted);
    await signIn(victim, 'anna');
    expect(session(victim)).not.toBe(planted);
    expect(await isIn(victim)).toBe(true);
    expect(await isIn(attacker)).toBe(false);
  });

  test('an id that nobody gave out is never taken over', async () => {
    const visitor = new Visitor();
    visitor.cookies(world.url).set('samtycke-session', 'chosen-by-somebody');
    await signIn(visitor, 'anna');
    expect(session(visitor)).not.toBe('chosen-by-somebody');
  });

  test('signing out ends the session here and at the provider, and leads back', async () => {
    const visitor = new Visitor();
    await signIn(visitor, 'anna');
    const cookie = session(visitor) ?? '';
    const out = await visitor.open(`${world.url}/sign-out`, { method: 'POST' });
    expect(out.status).toBe(200);
    const to = new URL(/url=(.*)/.exec(out.headers.get('refresh') ?? '')?.[1] ?? '');
    expect(to.origin).toBe(provider.issuer);
    expect(session(visitor)).toBeUndefined();
    visitor.cookies(world.url).set('samtycke-session', cookie);
    expect(await isIn(visitor)).toBe(false);
    const confirm = await visitor.open(to.href);
    expect((await visitor.press(confirm, { logout: 'yes' })).url).toBe(`${world.url}/sign-in`);
    expect((await begin(visitor)).body).toContain('name="login"');
  });

  test('signing out is possible while the provider is down', async () => {
    const visitor = new Visitor();
    await signIn(visitor, 'anna');
    await provider.stop();
    await visitor.open(`${world.url}/sign-out`, { method: 'POST' });
    expect(session(visitor)).toBeUndefined();
    await provider.resume();
  });

  test('another site can neither sign anybody in or out, nor choose where a sign-in leads', async () => {
    const visitor = new Visitor();
    await signIn(visitor, 'anna');
    for (const path of ['/sign-out', '/sign-in', '/sign-in/mail']) expect((await visitor.open(world.url + path, { method: 'POST', fields: { who: 'x@example.se' }, origin: 'https://evil.example' })).status).toBe(403);
    expect(await isIn(visitor)).toBe(true);
    for (const query of ['?to=https://evil.example', '?back=//evil.example', '?redirect_uri=https://evil.example']) {
      const to = new URL((await visitor.open(`${world.url}/sign-in/oidc${query}`, { until: provider.issuer })).url);
      expect(to.searchParams.get('redirect_uri')).toBe(CALLBACK());
    }
  });
});
