import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser, until } from '#testing';
import { accessibilityFaults, askApi, newAddress, overflowOf, personOf, readStack, stateOf, type Stack } from './website-stack.js';

let stack: Stack;
let browser: Browser;
let contexts: BrowserContext[] = [];

beforeAll(async () => {
  stack = await readStack();
  browser = await launchBrowser();
});
afterEach(async () => {
  for (const context of contexts) await context.close();
  contexts = [];
});
afterAll(() => browser?.close());

async function visit(path = '/', options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'sv-SE', reducedMotion: 'reduce', ...options });
  contexts.push(context);
  const page = await context.newPage();
  await page.goto(`${stack.urls.portal}${path}`);
  return page;
}

/** A page of choices of somebody who signed in by the development sign-in. */
async function signIn(email: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await visit('/', options);
  await page.fill('#who', email);
  await page.click('.door-form button');
  await page.waitForSelector('.choice');
  return page;
}

const NOTICE = { id: 'portal-login', version: '1.3', locale: 'sv' };

const decide = async (email: string, purpose: string, decision: string, more: object = {}): Promise<void> => {
  const body = { subject: { email }, decisions: [{ purpose, decision, ...more }], notice: NOTICE, capture: { context: 'portal-login' } };
  const { status, body: answer } = await askApi(stack, 'consents:write', '/v1/consents', body);
  if (status >= 300) throw new Error(`${status} ${String(answer.code)}`);
};

const isOn = async (page: Page, id: string): Promise<boolean> => (await page.getAttribute(`#${id}`, 'aria-checked')) === 'true';
const live = (page: Page): Promise<unknown> => page.waitForSelector('#live[data-state=on]');

describe('what is shown', () => {
  test('every purpose of the catalogue stands there once, with its legal basis and a link to its text', async () => {
    const page = await signIn(newAddress());
    const { purposes } = (await askApi(stack, 'consents:read', '/v1/purposes')).body as { purposes: { id: string }[] };
    const shown = await page.locator('.choice').evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset.purpose));
    expect(shown.sort()).toEqual(purposes.map(({ id }) => id).sort());
    for (const card of await page.locator('.choice').all()) {
      expect(await card.locator('.article').textContent()).toMatch(/GDPR 6\.1 [a-f]/);
      expect(await card.locator('.meta a').getAttribute('href')).toMatch(/^\/notices\/[a-z-]+\?version=/);
    }
  });

  test('somebody whom the ledger does not know sees the defaults: no consent, no objection', async () => {
    const page = await signIn(newAddress());
    expect(await isOn(page, 'switch-newsletter')).toBe(false);
    expect(await isOn(page, 'switch-marketing-reach')).toBe(true);
    expect(await page.locator('.past').count()).toBe(0);
  });

  test('a consent names the version of the text that was agreed to, and the link shows that text', async () => {
    const email = newAddress();
    await decide(email, 'newsletter', 'grant', { channels: ['email'] });
    const page = await signIn(email);
    const link = page.locator('[data-purpose=newsletter] .meta a');
    expect(await link.getAttribute('href')).toBe('/notices/portal-login?version=1.3&locale=sv');
    await link.click();
    expect(await page.textContent('h1')).toBe('Kundportalen och dina val');
  });

  test('the page speaks the language of the browser, Swedish otherwise, and whatever is switched to', async () => {
    expect(await (await visit('/sign-in', { locale: 'da-DK' })).textContent('h1')).toBe('Log ind');
    expect(await (await visit('/sign-in', { locale: 'fi-FI' })).textContent('h1')).toBe('Logga in');
    const page = await visit('/sign-in', { locale: 'da-DK' });
    await page.click('.languages [value=en]');
    expect(await page.textContent('h1')).toBe('Sign in');
    expect(await page.getAttribute('html', 'lang')).toBe('en');
  });
});

describe('receipts', () => {
  test('each decision has its receipt one press away; a stranger to it, or to the portal, gets none', async () => {
    const email = newAddress();
    await decide(email, 'newsletter', 'grant', { channels: ['email'] });
    const page = await signIn(email);
    await page.waitForSelector('.past-receipt');
    const href = (await page.getAttribute('.past-receipt', 'href')) ?? '';
    await page.click('.past-receipt');
    await page.waitForURL(`${stack.urls.api}/v1/receipts/**`);
    expect(await page.textContent('h1')).toBe('Ditt kvitto');
    expect(await page.textContent('main')).toContain('Nyhetsbrev');
    const stranger = await signIn(newAddress());
    expect((await stranger.goto(`${stack.urls.portal}${href}`))?.status()).toBe(404);
    const nobody = await visit(href);
    expect(new URL(nobody.url()).pathname).toBe('/sign-in');
  });
});

describe('what can be changed', () => {
  test('the first change of an unknown address creates the person, and is recorded with notice and place', async () => {
    const email = newAddress();
    const page = await signIn(email);
    await page.click('#switch-newsletter');
    await page.waitForSelector('#message:has-text("Sparat")');
    const person = await until(() => personOf(stack, email));
    expect(await stateOf(stack, person, 'newsletter')).toMatchObject({ status: 'given', allowed: true, channels: ['email'], notice: { id: 'portal-login', locale: 'sv' } });
  });

  test('a channel is added to what holds, and taken away from it alone', async () => {
    const email = newAddress();
    await decide(email, 'electronic-marketing', 'grant', { channels: ['sms'] });
    const page = await signIn(email);
    await page.click('#channel-electronic-marketing-app');
    await page.waitForSelector('#channel-electronic-marketing-app[aria-checked=true]');
    const person = await until(() => personOf(stack, email));
    await until(async () => JSON.stringify((await stateOf(stack, person, 'electronic-marketing'))?.channels) === '["app","sms"]');
    await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
    await page.click('#channel-electronic-marketing-sms');
    await until(async () => JSON.stringify((await stateOf(stack, person, 'electronic-marketing'))?.channels) === '["app"]');
  });

  test('an objection and its lift are one press each', async () => {
    const email = newAddress();
    const page = await signIn(email);
    await page.click('#switch-marketing-reach');
    const person = await until(() => personOf(stack, email));
    await until(async () => (await stateOf(stack, person, 'marketing-reach'))?.status === 'objected');
    await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
    await page.click('#switch-marketing-reach');
    await until(async () => (await stateOf(stack, person, 'marketing-reach'))?.allowed === true);
  });

  test('a no for all devices is recorded on the person, can be said again, and there is no yes to press', async () => {
    const email = newAddress();
    const page = await signIn(email);
    await page.click('#switch-statistics');
    const person = await until(() => personOf(stack, email));
    await until(async () => (await stateOf(stack, person, 'statistics'))?.status === 'refused');
    await page.waitForSelector('#state-statistics:has-text("Du sade nej för alla dina enheter den")');
    expect(await page.getAttribute('#switch-statistics', 'value')).toBe('off');
    await page.click('#switch-statistics');
    await until(async () => (await stateOf(stack, person, 'statistics'))?.version === 2);
  });

  test('without a script the same switches work as plain forms', async () => {
    const email = newAddress();
    const page = await signIn(email, { javaScriptEnabled: false });
    await page.click('#switch-market-research');
    expect(await page.textContent('#message')).toBe('Sparat: Marknadsundersökningar.');
    expect(await isOn(page, 'switch-market-research')).toBe(true);
  });

  test('a form of another site changes nothing', async () => {
    const page = await signIn(newAddress());
    const cookies = await page.context().cookies(stack.urls.portal);
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site', origin: 'https://example.org' };
    const response = await fetch(`${stack.urls.portal}/choices`, { method: 'POST', headers, body: `key=${crypto.randomUUID()}&purpose=newsletter&turn=on` });
    expect(response.status).toBe(403);
    await page.reload();
    expect(await isOn(page, 'switch-newsletter')).toBe(false);
  });
});

describe('who acted on a "no"', () => {
  test.each([
    ['sv-SE', [/^Nyhetsbrevet slutade efter [\d\s]+ ms$/, /^Kundportalen slutade efter [\d\s]+ ms$/, /^Statistiken hade inget om dig att sluta med \(svar efter [\d\s]+ ms\)$/]],
    ['da-DK', [/^Nyhedsbrevet holdt op efter [\d.]+ ms$/, /^Kundeportalen holdt op efter [\d.]+ ms$/, /^Statistikken havde intet om dig at holde op med \(svar efter [\d.]+ ms\)$/]],
    ['en-GB', [/^The newsletter stopped after [\d,]+ ms$/, /^The customer portal stopped after [\d,]+ ms$/, /^The statistics had nothing about you to stop \(answer after [\d,]+ ms\)$/]],
  ])('a withdrawal in the portal shows the acknowledgements of all three systems with their milliseconds, without reloading (%s)', async (locale, expected) => {
    const email = newAddress();
    await decide(email, 'newsletter', 'grant', { channels: ['email'] });
    const page = await signIn(email, { locale });
    await live(page);
    await page.waitForSelector('#switch-newsletter[aria-checked=true]');
    const address = page.url();
    await page.click('#switch-newsletter');
    await until(async () => (await page.locator('.past-no .act').count()) === 3, { timeoutMs: 10_000, what: 'three acknowledgements' });
    const lines = await page.locator('.past-no .act').allInnerTexts();
    for (const form of expected) expect(lines).toContainEqual(expect.stringMatching(form));
    expect(page.url()).toBe(address);
    const person = await until(() => personOf(stack, email));
    const response = await fetch(`${stack.urls.api}/v1/people/${person}/propagation`, { headers: { authorization: `Bearer ${stack.keys['audit:read']}`, 'samtycke-reason': 'a test' } });
    const { events } = (await response.json()) as { events: { type: string; systems: { system: string; afterMs: number }[] }[] };
    const told = events.find(({ type }) => type === 'consent-withdrawn')?.systems.map(({ afterMs }) => Math.max(0, afterMs)) ?? [];
    expect(lines.map((line) => Number(line.replace(/\D/g, ''))).sort()).toEqual(told.sort());
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/portal-acts-${locale}.png`, fullPage: false });
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});

describe('what happens elsewhere', () => {
  test('a change made elsewhere appears in the portal within a second, without reloading', async () => {
    const email = newAddress();
    await decide(email, 'newsletter', 'grant', { channels: ['email'] });
    const page = await signIn(email);
    await live(page);
    await decide(email, 'newsletter', 'withdraw');
    await page.waitForSelector('#switch-newsletter[aria-checked=false]', { timeout: 1_000 });
    expect(await page.textContent('#message')).toBe('Nyhetsbrev ändrades nyss på ett annat ställe.');
    await page.waitForSelector('.past-no:has-text("Nyhetsbrev")');
  });

  test('somebody new appears on his open page as soon as the ledger knows him', async () => {
    const email = newAddress();
    const page = await signIn(email);
    await live(page);
    await decide(email, 'event-follow-up', 'grant');
    await page.waitForSelector('#switch-event-follow-up[aria-checked=true]', { timeout: 3_000 });
  });

  test('a change of one person is not told to the page of another', async () => {
    const [anna, other] = [newAddress(), newAddress()];
    await decide(anna, 'market-research', 'grant');
    await decide(other, 'market-research', 'grant');
    const [page, witness] = [await signIn(anna), await signIn(other)];
    let asked = 0;
    page.on('request', (request) => request.url().endsWith('/view') && (asked += 1));
    await page.reload();
    await Promise.all([live(page), live(witness)]);
    await until(() => asked === 1);
    await decide(other, 'market-research', 'withdraw');
    await witness.waitForSelector('#switch-market-research[aria-checked=false]');
    expect(asked).toBe(1);
    expect(await isOn(page, 'switch-market-research')).toBe(true);
  });

  test('keyboard focus stays on a switch while its card is drawn anew', async () => {
    const page = await signIn(newAddress());
    await live(page);
    await page.focus('#switch-newsletter');
    await page.keyboard.press('Space');
    await page.waitForSelector('#message:has-text("Sparat")');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('switch-newsletter');
    expect(await isOn(page, 'switch-newsletter')).toBe(true);
  });
});

describe('what happened long ago', () => {
  test('is reached page by page, with the receipts of it, and by nobody else', async () => {
    const email = newAddress();
    for (let turn = 0; turn < 27; turn += 1) {
      await decide(email, 'electronic-marketing', 'grant', { channels: ['sms'] });
      await decide(email, 'electronic-marketing', 'withdraw');
    }
    const page = await signIn(email);
    await page.waitForFunction(() => document.querySelectorAll('.past').length === 50);
    await page.click('.history-pages a[rel=next]');
    await page.waitForURL('**/history?page=2');
    expect(await page.locator('.past').count()).toBe(4);
    expect(await page.locator('.past-what').last().textContent()).toContain('Annan digital marknadsföring');
    expect(await accessibilityFaults(page)).toEqual([]);
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/portal-history.png`, fullPage: true });
    const receipt = await page.locator('.past-receipt').last().getAttribute('href');
    await page.goto(`${stack.urls.portal}${receipt}`);
    expect(page.url()).toContain(stack.urls.api);
    expect((await page.goto(`${stack.urls.portal}/history?page=3`))?.status()).toBe(404);
    await page.goto(`${stack.urls.portal}/history?page=2`);
    await page.click('.history-pages a[rel=prev]');
    await page.waitForSelector('.choice');
    const stranger = await visit('/history?page=2');
    expect(stranger.url()).toContain('/sign-in');
  });
});

describe('signing in', () => {
  test('the development sign-in says what it is, and takes only what looks like an address or a number', async () => {
    const page = await visit('/');
    expect(page.url()).toContain('/sign-in');
    expect(await page.textContent('.development')).toContain('Inloggning för utveckling');
    await page.fill('#who', 'a@b');
    await page.click('.door-form button');
    expect(await page.isVisible('#who-wrong')).toBe(true);
  });

  test('the session is a cookie that scripts cannot read, and signing out ends it on the server', async () => {
    const page = await signIn(newAddress());
    const session = (await page.context().cookies(stack.urls.portal)).find(({ name }) => name.endsWith('session'));
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
    await page.click('.account button');
    const response = await fetch(`${stack.urls.portal}/view`, { headers: { cookie: `${session?.name}=${session?.value}` } });
    expect(response.status).toBe(401);
  });
});

describe('every page and state', () => {
  test.each(['light', 'dark'] as const)('is accessible, and fits 320 pixels (%s)', async (colorScheme) => {
    const door = await visit('/sign-in?wrong', { colorScheme });
    expect(await accessibilityFaults(door)).toEqual([]);
    const email = newAddress();
    await decide(email, 'electronic-marketing', 'grant', { channels: ['sms'] });
    await decide(email, 'marketing-reach', 'object');
    const page = await signIn(email, { colorScheme });
    await page.waitForSelector('#live[data-state=on]');
    await page.waitForSelector('.past-no');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.click('#switch-newsletter');
    await page.waitForSelector('#message:has-text("Sparat")');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    for (const path of ['/notices/portal-login', '/finns-inte']) {
      await page.goto(`${stack.urls.portal}${path}`);
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    }
  });

  test('the page tells when it has lost its connection', async () => {
    const page = await signIn(newAddress());
    await live(page);
    await page.route('**/live', (route) => route.abort());
    await page.reload();
    await page.waitForSelector('#live[data-state=off]');
    expect(await page.textContent('#live')).toBe('Ansluter igen …');
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});
