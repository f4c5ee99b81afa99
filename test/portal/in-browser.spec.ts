import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePort } from '#servers';
import { launchBrowser, until } from '#testing';
import { accessibilityFaults, overflowOf } from '../browser/website-stack.js';
import { SECRET, testProvider, type TestProvider } from './provider.js';
import { portalWorld, type PortalWorld } from './world.js';

let world: PortalWorld;
let provider: TestProvider;
let browser: Browser;

beforeAll(async () => {
  const port = await freePort();
  world = await portalWorld(() => ({ OIDC_ISSUER: `http://127.0.0.1:${port}`, OIDC_CLIENT_ID: 'portal', OIDC_CLIENT_SECRET: SECRET, OIDC_NAME: 'Kundkonto', OIDC_PERSON: 'email,sub', PORTAL_DEV_SIGNIN: '1' }));
  provider = await testProvider({ portalUrl: world.url }, port);
  provider.accounts.set('anna', { email: 'anna@example.se', email_verified: true });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await provider?.stop();
  await world?.close();
});

const open = (more = {}): Promise<BrowserContext> => browser.newContext({ locale: 'sv-SE', reducedMotion: 'reduce', ...more });

/** Nothing that the page is made of is refused by its own policy. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  return complaints;
}

async function signIn(page: Page, login: string): Promise<void> {
  await page.goto(`${world.url}/sign-in`);
  await page.click('a[href="/sign-in/oidc"]');
  await page.fill('input[name=login]', login);
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]');
  await page.click('button[type=submit]');
  await page.waitForURL(`${world.url}/`);
}

test('in Chromium: to the provider and back, and signed out of both by one press', async () => {
  const context = await open();
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await signIn(page, 'anna');
  expect(await page.textContent('.account strong')).toBe('anna@example.se');
  await page.click('.account .button');
  await page.waitForURL(`${provider.issuer}/session/end**`);
  await page.click('button[value=yes]');
  await page.waitForURL(`${world.url}/sign-in`);
  expect(complaints.filter((one) => /policy/i.test(one))).toEqual([]);
  await page.goto(world.url);
  expect(page.url()).toBe(`${world.url}/sign-in`);
  await context.close();
});

test('in Chromium: whom the provider does not vouch for by an address is known by his account, and called by his name', async () => {
  provider.accounts.set('bo', { email: 'bo@example.se', email_verified: false });
  const context = await open();
  const page = await context.newPage();
  await signIn(page, 'bo');
  expect(await page.textContent('.account strong')).toBe('bo@example.se');
  expect(world.asked.findLast(({ path }) => path === 'POST /v1/people/lookup')?.body).toEqual({ subject: { portal: `${provider.issuer}#bo` } });
  await context.close();
});

async function linkPage(): Promise<string> {
  const email = `somebody.with.a.long.name.${crypto.randomUUID()}@example.se`;
  await fetch(`${world.url}/sign-in/mail`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `email=${email}` });
  return new URL((await world.mailTo(email)).link).pathname;
}

test('every page of the way in is accessible in light and dark, in each language, and fits 320 pixels', async () => {
  const pages: Record<string, string> = {
    door: '/sign-in', wrong: '/sign-in?wrong=mail', sent: '/sign-in/mail/sent', link: await linkPage(), used: '/sign-in/mail/x', many: '/sign-in/mail/too-many', stale: '/sign-in/oidc/callback?state=x',
  };
  const folder = process.env.SCREENSHOTS;
  if (folder) mkdirSync(folder, { recursive: true });
  for (const [locale, colorScheme] of [['sv-SE', 'light'], ['da-DK', 'dark'], ['en-GB', 'dark']] as const) {
    const context = await open({ locale, colorScheme });
    const page = await context.newPage();
    for (const [name, path] of Object.entries(pages)) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(world.url + path);
      expect([name, await accessibilityFaults(page)]).toEqual([name, []]);
      if (folder) await page.screenshot({ path: join(folder, `${name}-${locale}-1280.png`), fullPage: true });
      await page.setViewportSize({ width: 320, height: 640 });
      expect([name, await overflowOf(page)]).toEqual([name, 0]);
      if (folder) await page.screenshot({ path: join(folder, `${name}-${locale}-320.png`), fullPage: true });
    }
    await context.close();
  }
});

describe('hostile pages and texts', () => {
  const PERSON = '0192f8a0-0000-7000-8000-000000000001';
  const ATTACK = '"><script>window.hit=1</script><img src=x onerror="window.hit=1">\'{title}';
  const PAGES = ['/', '/history', '/rights', '/rights/correction', '/rights/erasure', '/notices/portal-login?version=9.0', '/receipts/none', '/?result=saved&purpose=newsletter'];
  const inAll = <T>(text: T): Record<string, T> => ({ sv: text, da: text, en: text });
  const bodyOf = (body: object): { status: number; body: object } => ({ status: 200, body });

  beforeAll(async () => {
    const offer = { id: 'energy', texts: inAll({ title: ATTACK }) };
    const newsletter = { id: 'newsletter', basis: ATTACK, holder: 'person', choice: 'grant-withdraw', partners: true, notice: { id: 'portal-login', version: '9.0' }, texts: inAll({ title: ATTACK, summary: ATTACK }), preferences: { topics: [offer], frequencies: [offer] } };
    const notice = { id: 'portal-login', version: '9.0', locale: 'sv' };
    const state = { purpose: 'newsletter', status: 'given', allowed: true, partners: [ATTACK], since: '2026-01-01T00:00:00.000000Z', version: 1, notice };
    const asked = { event: crypto.randomUUID(), askedAt: '2026-01-01T00:00:00.000000Z', due: '2026-02-01T00:00:00.000000Z' };
    world.answers.set('POST /v1/people/lookup', bodyOf({ person: PERSON }));
    world.answers.set('GET /v1/purposes', bodyOf({ purposes: [newsletter, { ...newsletter, id: 'statistics', holder: 'device' }, { ...newsletter, id: 'profile', choice: 'object-lift' }] }));
    world.answers.set('GET /v1/notices/portal-login', bodyOf({ ...notice, title: ATTACK, body: `${ATTACK}?\n\n- ${ATTACK}\n\n${ATTACK}` }));
    world.answers.set(`GET /v1/people/${PERSON}/consents`, bodyOf({ consents: [state], whole: { suppressedChannels: [ATTACK] } }));
    world.answers.set(`GET /v1/people/${PERSON}/rights`, bodyOf({ rights: [{ ...asked, right: ATTACK, state: 'open' }, { ...asked, right: ATTACK, state: 'closed', outcome: ATTACK }] }));
    world.answers.set(`GET /v1/people/${PERSON}/rectify`, bodyOf({ identifiers: [{ id: crypto.randomUUID(), kind: 'email', value: ATTACK }, { id: crypto.randomUUID(), kind: ATTACK, value: ATTACK }] }));
    world.answers.set('POST /v1/consents', { status: 201, body: { person: PERSON, decisions: [] } });
    const event = crypto.randomUUID();
    await world.pool.query("INSERT INTO portal.decisions (person, seq, purpose, type, allowed, occurred_at, recorded_at, event) VALUES ($1, 1, 'newsletter', 'consent-withdrawn', false, now(), now(), $2)", [PERSON, event]);
    await world.pool.query("INSERT INTO portal.acts (person, event, system, state, after_ms) VALUES ($1, $2, $3, 'acted', 1)", [PERSON, event, ATTACK]);
  });

  async function signedIn(): Promise<Page> {
    const page = await (await open()).newPage();
    await page.goto(`${world.url}/sign-in`);
    await page.fill('#who', 'anna@example.se');
    await page.click('.door-form button');
    await page.waitForURL(`${world.url}/`);
    return page;
  }

  const isMarkup = (page: Page): Promise<boolean> => page.evaluate(() => document.querySelector('img[src=x], body script:not([src])') !== null || 'hit' in window);

  test('no text of the catalogue, of a notice, of a system or of a person becomes markup, on any page of who is signed in', async () => {
    const page = await signedIn();
    await until(async () => (await page.goto(world.url)) && (await page.textContent('main'))?.includes(ATTACK), { timeoutMs: 30_000 });
    const shown: [string, boolean][] = [];
    for (const path of PAGES) {
      await page.goto(world.url + path);
      expect([path, await isMarkup(page)]).toEqual([path, false]);
      shown.push([path, (await page.textContent('body'))?.includes(ATTACK) ?? false]);
    }
    expect(shown).toEqual(PAGES.map((path) => [path, !['/rights/erasure', '/receipts/none'].includes(path)]));
    const button = '[data-purpose=newsletter] [role=switch] >> nth=0';
    // Where the ledger is slow to answer the page shows what the portal knows itself, which is nothing of this person.
    await until(async () => (await page.goto(world.url)) && page.isVisible(button), { timeoutMs: 30_000 });
    await page.click(button);
    await page.waitForURL(`${world.url}/?result=*`);
    expect(await isMarkup(page)).toBe(false);
    await page.context().close();
  });

  test.each(['127.0.0.1', 'localhost'])('framed by a page of %s the page of who is signed in is refused by the browser, and a form from there changes nothing', async (host) => {
    let body = '';
    const site = createServer((_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(body));
    await once(site.listen(0, '127.0.0.1'), 'listening');
    const stranger = `http://${host}:${(site.address() as AddressInfo).port}`;
    const page = await signedIn();
    for (const path of PAGES) {
      body = `<iframe title="A frame" src="${world.url}${path}"></iframe>`;
      const asked = page.waitForRequest(world.url + path);
      await page.goto(`${stranger}/`);
      // Between addresses of one host the browser sends the session along: it is the policy that refuses.
      if (host === '127.0.0.1') expect((await (await asked).allHeaders()).cookie).toMatch(/samtycke/);
      expect([path, page.frames().map((frame) => frame.url())]).toEqual([path, [`${stranger}/`, 'chrome-error://chromewebdata/']]);
    }
    world.asked.length = 0;
    for (const path of ['/choices', '/rights/restrict', '/rights/erasure', '/sign-out']) {
      body = `<form method="post" action="${world.url}${path}"><input name="key" value="key-of-this-press"><input name="purpose" value="newsletter"><input name="turn" value="off"><button>Win</button></form>`;
      await page.goto(`${stranger}/`);
      const answer = page.waitForResponse(`${world.url}${path}`);
      await page.click('button');
      expect([path, (await answer).status()]).toEqual([path, 403]);
    }
    expect(world.asked.filter(({ path }) => path.startsWith('POST') && !path.endsWith('/lookup'))).toEqual([]);
    await page.goto(world.url);
    expect(await page.textContent('.account strong')).toBe('anna@example.se');
    site.close();
    site.closeAllConnections();
    await page.context().close();
  });
});
