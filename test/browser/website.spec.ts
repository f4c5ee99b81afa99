import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page, Request } from 'playwright-core';
import { launchBrowser, until } from '#testing';
import { accessibilityFaults, askApi, mailedLink, newAddress, overflowOf, personOf, readStack, stateOf, type Stack } from './website-stack.js';

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

interface Visit {
  page: Page;
  requests: Request[];
  /** What the page complained about. */
  complaints: string[];
}

async function visit(path = '/', options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ locale: 'sv-SE', reducedMotion: 'reduce', ...options });
  contexts.push(context);
  const page = await context.newPage();
  const requests: Request[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(`${stack.urls.website}${path}`);
  return { page, requests, complaints };
}

interface Choices {
  granted: string[];
  by: string;
}

const remembered = <T>(page: Page, name: string): Promise<T | undefined> => page.evaluate((key) => JSON.parse(localStorage.getItem(`samtycke.${key}`) ?? 'null') ?? undefined, name);
const toApi = (requests: Request[]): Request[] => requests.filter((request) => /\/v1\/(consents|devices|check)$/.test(request.url()) && request.method() === 'POST');
const views = (requests: Request[]): Request[] => requests.filter((request) => request.url().startsWith(`${stack.urls.analytics}/collect`) && request.method() === 'POST');
const outboxIsEmpty = (page: Page): Promise<boolean> => remembered<unknown[]>(page, 'outbox').then((items) => items !== undefined && items.length === 0);
const openSettings = (page: Page): Promise<void> => page.click('.site-footer [data-samtycke=open]');
const BANNER = 'samtycke-banner section';
const SETTINGS = 'samtycke-preferences dialog';
const FIELD = 'samtycke-subscribe input#email';
const answerOf = (mood: string): string => `samtycke-subscribe [data-mood=${mood}]`;

/** Opens a page and waits until its scripts have done what they do by themselves; a page with a yes is never idle, since it listens. */
async function settle(page: Page, path: string): Promise<void> {
  await page.goto(stack.urls.website + path);
  await ready(page);
  await page.evaluate(() => new Promise((resolve) => setTimeout(() => requestAnimationFrame(resolve))));
}

/** Once the script knows what holds. */
const ready = (page: Page): Promise<unknown> => page.evaluate(() => window.samtycke?.ready.then(() => true));

async function deviceOf(page: Page): Promise<string> {
  const device = await until(() => remembered<{ device: string }>(page, 'device'));
  return device.device;
}

/** What the analytics holds of a device. */
interface Held {
  views: number;
  allowed: boolean;
  /** Whether what it looks at sorts it into a group. */
  segmented: boolean;
}

const heldOf = async (device: string): Promise<Held> => (await (await fetch(`${stack.urls.analytics}/api/devices/${device}`)).json()) as Held;
const isForgotten = (device: string): Promise<unknown> => until(async () => (await heldOf(device)).views === 0);

/** Whether somebody stands on the newsletter's list, which is read from right before his id. */
async function isOnList(person: string): Promise<boolean> {
  const response = await fetch(`${stack.urls.newsletter}/api/list?after=${person.slice(0, 24)}000000000000`);
  return (await response.text()).includes(person);
}

async function subscribe(page: Page, email: string): Promise<void> {
  await page.fill(FIELD, email);
  await page.click('samtycke-subscribe .row button');
}

describe('cookie choices', () => {
  test('the first layer refuses as easily as it accepts: same size, same look, one press each', async () => {
    const { page } = await visit();
    const look = (which: string): Promise<string> =>
      page.locator(`${BANNER} .${which}`).evaluate((button) => {
        const { color, backgroundColor, fontSize, fontWeight } = getComputedStyle(button);
        const { width, height, top } = button.getBoundingClientRect();
        return JSON.stringify({ color, backgroundColor, fontSize, fontWeight, width, height, top });
      });
    expect(await look('refuse')).toBe(await look('accept'));
  });

  test('a refusal leaves a plain flag: no id, no call to the ledger, no question on the next page', async () => {
    const { page, requests } = await visit();
    await page.click(`${BANNER} .refuse`);
    await page.goto(`${stack.urls.website}/produkter`);
    await ready(page);
    expect(await page.isVisible(BANNER)).toBe(false);
    expect(await remembered(page, 'device')).toBeUndefined();
    expect((await remembered<Choices>(page, 'choices'))?.granted).toEqual([]);
    expect(toApi(requests)).toHaveLength(0);
    expect(views(requests)).toHaveLength(0);
  });

  test('nothing is ticked beforehand, and each purpose is chosen by itself', async () => {
    const { page, requests } = await visit();
    await page.click(`${BANNER} .plain`);
    expect(await page.locator(`${SETTINGS} input:checked`).count()).toBe(0);
    await page.check(`${SETTINGS} #site-improvement`);
    await page.click(`${SETTINGS} .plain`);
    const device = await deviceOf(page);
    await until(() => outboxIsEmpty(page));
    expect(await stateOf(stack, device, 'site-improvement')).toMatchObject({ status: 'given', allowed: true });
    expect(await stateOf(stack, device, 'statistics')).toMatchObject({ status: 'refused', allowed: false });
    expect(views(requests)).toHaveLength(0);
  });

  test('who chooses statistics alone is counted and sorted into no group; who then chooses something else is forgotten', async () => {
    const { page } = await visit('/produkter');
    await page.click(`${BANNER} .plain`);
    await page.check(`${SETTINGS} #statistics`);
    await page.click(`${SETTINGS} .plain`);
    const device = await deviceOf(page);
    await until(async () => (await heldOf(device)).views === 1);
    expect(await heldOf(device)).toMatchObject({ views: 1, allowed: true, segmented: false });
    await openSettings(page);
    await page.uncheck(`${SETTINGS} #statistics`);
    await page.check(`${SETTINGS} #site-improvement`);
    await page.click(`${SETTINGS} .plain`);
    await isForgotten(device);
    expect(await heldOf(device)).toMatchObject({ views: 0, allowed: false });
    expect(await stateOf(stack, device, 'site-improvement')).toMatchObject({ status: 'given', allowed: true });
  });

  test('a visitor accepts statistics, views are counted; withdraws, and they are gone, and no more are sent', async () => {
    const { page, requests } = await visit();
    await page.click(`${BANNER} .accept`);
    const device = await deviceOf(page);
    await until(async () => (await heldOf(device)).views === 1);
    // What the browser says of it may come behind what the system has written.
    const [sent] = await until(() => views(requests).length > 0 && views(requests));
    expect(sent?.postDataJSON()).toEqual({ device, path: '/', title: 'Advansor: kyla som värmer' });
    await page.goto(`${stack.urls.website}/produkter`);
    await until(async () => (await heldOf(device)).views === 2);
    await openSettings(page);
    await page.uncheck(`${SETTINGS} #statistics`);
    await page.click(`${SETTINGS} .plain`);
    await until(async () => (await heldOf(device)).views === 0);
    expect(await stateOf(stack, device, 'statistics')).toMatchObject({ status: 'withdrawn', allowed: false });
    const before = views(requests).length;
    await settle(page, '/kontakt');
    expect(views(requests)).toHaveLength(before);
    expect(await heldOf(device)).toMatchObject({ views: 0, allowed: false });
  });

  test('when the last yes is taken back the id goes too', async () => {
    const { page } = await visit();
    await page.click(`${BANNER} .accept`);
    const device = await deviceOf(page);
    await until(() => outboxIsEmpty(page));
    await openSettings(page);
    await page.click(`${SETTINGS} .refuse`);
    await until(async () => (await remembered(page, 'device')) === undefined);
    expect(await stateOf(stack, device, 'statistics')).toMatchObject({ status: 'withdrawn', allowed: false });
  });

  test('a choice made while the network is away is kept, dated when it was made, arrives once, and then reaches the analytics', async () => {
    const { page, requests } = await visit();
    await page.click(`${BANNER} .accept`);
    const device = await deviceOf(page);
    await until(() => outboxIsEmpty(page));
    await until(async () => (await heldOf(device)).views === 1);
    await page.route(`${stack.urls.api}/**`, (route) => route.abort());
    await openSettings(page);
    await page.uncheck(`${SETTINGS} #statistics`);
    await page.click(`${SETTINGS} .plain`);
    await until(async () => ((await remembered<unknown[]>(page, 'outbox')) ?? []).length === 1);
    expect(await stateOf(stack, device, 'statistics')).toMatchObject({ allowed: true });
    expect(await heldOf(device)).toMatchObject({ views: 1, allowed: true });
    await page.unroute(`${stack.urls.api}/**`);
    await page.reload();
    await until(() => outboxIsEmpty(page));
    expect(await stateOf(stack, device, 'statistics')).toMatchObject({ status: 'withdrawn', version: 2 });
    await isForgotten(device);
    expect(await heldOf(device)).toMatchObject({ allowed: false });
    expect(views(requests)).toHaveLength(1);
  });

  test('Global Privacy Control refuses once, without a banner and without an id; a later yes stands', async () => {
    const { page, requests } = await visit('/', { extraHTTPHeaders: { 'sec-gpc': '1' } });
    await ready(page);
    expect(await page.isVisible(BANNER)).toBe(false);
    expect(await remembered<Choices>(page, 'choices')).toMatchObject({ granted: [], by: 'gpc' });
    expect(toApi(requests)).toHaveLength(0);
    expect(views(requests)).toHaveLength(0);
    await openSettings(page);
    expect(await page.isVisible(`${SETTINGS} .signal`)).toBe(true);
    await page.check(`${SETTINGS} #statistics`);
    await page.click(`${SETTINGS} .plain`);
    const device = await deviceOf(page);
    await page.reload();
    await until(() => outboxIsEmpty(page));
    expect((await remembered<Choices>(page, 'choices'))?.granted).toEqual(['statistics']);
    expect(await stateOf(stack, device, 'statistics')).toMatchObject({ status: 'given', allowed: true });
    await until(async () => (await heldOf(device)).views > 0);
    expect(await heldOf(device)).toMatchObject({ allowed: true, segmented: false });
  });

  test('Global Privacy Control that is turned on after a yes takes it back, and the analytics forgets what it counted', async () => {
    const { page, requests } = await visit();
    await page.click(`${BANNER} .accept`);
    const device = await deviceOf(page);
    await until(async () => (await heldOf(device)).views === 1);
    await page.setExtraHTTPHeaders({ 'sec-gpc': '1' });
    await page.reload();
    await isForgotten(device);
    expect(await heldOf(device)).toMatchObject({ allowed: false });
    expect(await stateOf(stack, device, 'statistics')).toMatchObject({ status: 'withdrawn', allowed: false });
    const before = views(requests).length;
    await settle(page, '/kontakt');
    expect(views(requests)).toHaveLength(before);
  });

  test('a yes that ended elsewhere is dropped on the next visit, its views are gone, and no more are sent', async () => {
    const { page, requests } = await visit();
    await page.click(`${BANNER} .accept`);
    const device = await deviceOf(page);
    await until(() => outboxIsEmpty(page));
    await until(async () => (await heldOf(device)).views === 1);
    await askApi(stack, 'consents:write', '/v1/consents', { subject: { person: device }, decisions: [{ purpose: 'statistics', decision: 'withdraw' }] });
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
    await until(async () => !(await remembered<Choices>(page, 'choices'))?.granted.includes('statistics'));
    await isForgotten(device);
    const before = views(requests).length;
    await settle(page, '/produkter');
    expect(views(requests)).toHaveLength(before);
    expect(await heldOf(device)).toMatchObject({ views: 0, allowed: false });
  });
});

describe('the newsletter form', () => {
  test("a visitor subscribes, confirms by the mail's page button, and the newsletter's list has him", async () => {
    const email = newAddress();
    const { page } = await visit('/kontakt');
    await subscribe(page, email);
    await page.waitForSelector(answerOf('good'));
    expect(await page.textContent('samtycke-subscribe #answer')).toContain('Kolla din mejl');
    const person = await until(() => personOf(stack, email));
    expect(await stateOf(stack, person, 'newsletter')).toMatchObject({ status: 'requested', allowed: false });
    const link = await until(() => mailedLink(stack, email, '/c/'), { timeoutMs: 20_000 });
    await page.goto(link);
    expect(await stateOf(stack, person, 'newsletter')).toMatchObject({ status: 'requested' });
    await page.click('form button');
    await until(async () => (await stateOf(stack, person, 'newsletter'))?.status === 'given');
    await until(() => isOnList(person));
  });

  test('the answer is the same for an address that is known already', async () => {
    const email = newAddress();
    const answers: (string | null)[] = [];
    for (let round = 0; round < 2; round += 1) {
      const { page } = await visit();
      await subscribe(page, email);
      await page.waitForSelector('samtycke-subscribe [data-mood]');
      answers.push(await page.textContent('samtycke-subscribe #answer'));
    }
    expect(answers[1]).toBe(answers[0]);
  });

  test('without a network it says so, keeps the sign-up, and sends it again under the same key', async () => {
    const email = newAddress();
    const { page, requests } = await visit();
    await page.waitForSelector(FIELD);
    await page.route(`${stack.urls.api}/**`, (route) => route.abort());
    await subscribe(page, email);
    await page.waitForSelector(answerOf('waiting'));
    await page.unroute(`${stack.urls.api}/**`);
    await page.waitForSelector(answerOf('good'));
    const keys = toApi(requests).map((request) => request.headers()['idempotency-key']);
    expect(keys.length).toBeGreaterThan(1);
    expect(new Set(keys).size).toBe(1);
    await until(() => personOf(stack, email));
  });

  test('it is bound to the notice that stands at the field, with place and time', async () => {
    const email = newAddress();
    const { page, requests } = await visit('/om-oss');
    await subscribe(page, email);
    await page.waitForSelector(answerOf('good'));
    const [request] = toApi(requests);
    expect(request?.postDataJSON()).toMatchObject({
      subject: { email },
      decisions: [{ purpose: 'newsletter', decision: 'grant', channels: ['email'] }],
      notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv', snapshot: expect.any(String) },
      capture: { context: 'newsletter-signup', method: 'form', point: 'site-footer', url: `${stack.urls.website}/om-oss` },
    });
  });

  test('what is no address is told at the field, and nothing is sent', async () => {
    const { page, requests } = await visit();
    await subscribe(page, 'anna');
    await page.waitForSelector(answerOf('bad'));
    expect(await page.getAttribute(FIELD, 'aria-invalid')).toBe('true');
    expect(toApi(requests)).toHaveLength(0);
  });
});

describe('a form without JavaScript', () => {
  test('what is ticked beside a message reaches the ledger under the text at it: the newsletter waits for its mail, the rest is given', async () => {
    const email = newAddress();
    const { page } = await visit('/kontakt', { javaScriptEnabled: false });
    await page.fill('#contact-name', 'Anna');
    await page.fill('#contact-email', email);
    await page.selectOption('#contact-topic', 'Utbildning');
    await page.fill('#contact-message', 'När är nästa kurs?');
    await page.check('#contact-newsletter');
    await page.check('#contact-market-research');
    await page.click('#contact-form button');
    await page.waitForURL('**/kontakt/tack?*');
    const person = await until(() => personOf(stack, email), { timeoutMs: 20_000 });
    await until(async () => (await stateOf(stack, person, 'market-research'))?.allowed === true, { timeoutMs: 20_000 });
    expect(await stateOf(stack, person, 'market-research')).toMatchObject({ status: 'given', notice: { id: 'contact', version: '1.3' } });
    expect(await stateOf(stack, person, 'newsletter')).toMatchObject({ status: 'requested', allowed: false });
    expect(await until(() => mailedLink(stack, email, '/c/'), { timeoutMs: 20_000 })).toContain('/c/');
  });
});

describe('together with the portal', () => {
  test('a no for all devices in the portal reaches the browser that a confirmed mail linked', async () => {
    const email = newAddress();
    const { page, requests } = await visit();
    await page.click(`${BANNER} .accept`);
    const device = await deviceOf(page);
    await until(() => outboxIsEmpty(page));
    await page.reload();
    await page.waitForSelector(FIELD);
    expect(await page.textContent('samtycke-subscribe #notice')).toContain('kopplas den här webbläsaren');
    await subscribe(page, email);
    await page.waitForSelector(answerOf('good'));
    await page.goto(await until(() => mailedLink(stack, email, '/c/'), { timeoutMs: 20_000 }));
    await page.click('form button');
    const person = await until(() => personOf(stack, email));
    await until(async () => (await stateOf(stack, person, 'newsletter'))?.status === 'given');
    await page.goto(stack.urls.portal);
    await page.fill('#who', email);
    await page.click('.door-form button');
    await page.click('#switch-statistics');
    await until(async () => (await stateOf(stack, device, 'statistics'))?.allowed === false);
    expect(await stateOf(stack, device, 'site-improvement')).toMatchObject({ allowed: true });
    await page.goto(stack.urls.website);
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
    await until(async () => !(await remembered<Choices>(page, 'choices'))?.granted.includes('statistics'));
    const before = views(requests).length;
    await settle(page, '/produkter');
    expect(views(requests)).toHaveLength(before);
  });
});

describe('every page', () => {
  const PAGES = ['/', '/produkter', '/utbildningar', '/om-oss', '/kontakt', '/reklamation', '/kundportalen', '/information', '/information/newsletter-signup', '/information/cookies', '/utvecklare', '/finns-inte'];

  test.each(PAGES)('%s is accessible in light and dark, asks nobody else, and fits 320 pixels', async (path) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, requests, complaints } = await visit(path, { colorScheme });
      await page.waitForLoadState('networkidle');
      await page.waitForSelector(BANNER);
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.setViewportSize({ width: 320, height: 640 });
      expect(await overflowOf(page)).toBeLessThanOrEqual(0);
      const own = Object.values(stack.urls).map((url) => new URL(url).origin);
      expect(requests.map((request) => new URL(request.url()).origin).filter((origin) => !own.includes(origin))).toEqual([]);
      expect(complaints.filter((complaint) => !complaint.includes('404'))).toEqual([]);
    }
  });

  test('the settings, a sent form and a failed form are accessible too', async () => {
    const { page } = await visit('/kontakt', { colorScheme: 'dark', viewport: { width: 400, height: 800 } });
    await page.click(`${BANNER} .plain`);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.click(`${SETTINGS} .refuse`);
    await subscribe(page, 'anna');
    await page.waitForSelector(answerOf('bad'));
    expect(await accessibilityFaults(page)).toEqual([]);
    await subscribe(page, newAddress());
    await page.waitForSelector(answerOf('good'));
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test('the settings open from the keyboard, keep focus inside, and close with Escape without changing anything', async () => {
    const { page } = await visit();
    await page.focus(`${BANNER} .plain`);
    await page.keyboard.press('Enter');
    for (let presses = 0; presses < 12; presses += 1) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement === document.body || document.activeElement?.localName === 'samtycke-preferences')).toBe(true);
    }
    await page.keyboard.press('Escape');
    expect(await page.isVisible(SETTINGS)).toBe(false);
    expect(await page.isVisible(BANNER)).toBe(true);
    expect(await remembered(page, 'choices')).toBeUndefined();
  });
});
