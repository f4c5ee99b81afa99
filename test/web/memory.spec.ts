import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { until } from '#testing';
import { BANNER, isRecorded, may, posts, press, startWorld, type World } from './world.js';
import { subdomains } from './subdomains.js';

const A = 'http://a.example.test/';
const B = 'http://b.example.test/';
let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.pages.set('/outside', { script: 'data-domain="example.test"' });
});
afterEach(() => world.leave());
afterAll(() => world.close());

const recorded = (page: Page): Promise<unknown> => page.waitForFunction(() => window.samtycke?.change.recorded);
const withdraw = (page: Page, ...purposes: string[]): Promise<void> => page.evaluate((names) => window.samtycke?.withdraw(...names), purposes);

async function open(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

describe('subdomains of one domain', () => {
  const shared = (): Promise<BrowserContext> => subdomains(world, { a: ['statistics'], b: ['statistics'] });

  test('share the choice, in one cookie, where the site says so', async () => {
    const context = await shared();
    const page = await open(context, A);
    await press(page, 'accept');
    await page.waitForFunction(() => window.samtycke?.change.recorded && window.samtycke.device);
    await page.goto(B);
    expect(await may(page, 'statistics')).toBe(true);
    expect(await page.locator(BANNER).count()).toBe(0);
    expect((await context.cookies(B)).map(({ name }) => name).sort()).toEqual(['samtycke.choices', 'samtycke.device']);
    await context.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('tell the other tabs of one of them at once', async () => {
    const context = await shared();
    const [first, second] = [await open(context, A), await open(context, A)];
    await second.waitForSelector(BANNER);
    await press(first, 'accept');
    await second.waitForSelector(BANNER, { state: 'detached' });
    expect(await may(second, 'statistics')).toBe(true);
    await recorded(first);
    await withdraw(second);
    await first.waitForFunction(() => !window.samtycke?.may('statistics'));
    await context.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('look at it when a page is shown again, and tell only what has changed', async () => {
    const context = await shared();
    const [first, second] = [await open(context, A), await open(context, B)];
    await first.waitForSelector(BANNER);
    await second.waitForSelector(BANNER);
    const looks = (): Promise<number> =>
      first.evaluate(() => {
        let told = 0;
        const leave = window.samtycke?.on(() => void (told += 1));
        document.dispatchEvent(new Event('visibilitychange'));
        leave?.();
        return told;
      });
    expect(await looks()).toBe(0);
    await press(second, 'accept');
    await recorded(second);
    expect(await looks()).toBe(1);
    expect(await looks()).toBe(0);
    expect(await may(first, 'statistics')).toBe(true);
    await context.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('a yes that a page stored for its origin alone never comes back after a no that is shared', async () => {
    const context = await shared();
    const page = await open(context, A);
    await press(page, 'accept');
    await page.waitForFunction(() => window.samtycke?.change.recorded && window.samtycke.device);
    const cookie = (await context.cookies(A)).find(({ name }) => name === 'samtycke.choices')?.value ?? '';
    await page.goto(B);
    await page.evaluate(() => window.samtycke?.ready);
    await withdraw(page);
    await recorded(page);
    await page.goto(`${A}none.js`);
    await page.evaluate((text) => localStorage.setItem('samtycke.choices', text), decodeURIComponent(cookie));
    await page.goto(A);
    expect(await may(page, 'statistics')).toBe(false);
    await context.clearCookies();
    await page.reload();
    await page.waitForSelector(BANNER);
    expect(await may(page, 'statistics')).toBe(false);
    await context.unrouteAll({ behavior: 'ignoreErrors' });
  });
});

test('where the browser does not take the shared cookie the choice holds for the origin, as a yes and as a no', async () => {
  const { page } = await world.visit('/outside');
  await press(page, 'accept');
  await recorded(page);
  expect(await page.context().cookies()).toEqual([]);
  await page.reload();
  expect(await may(page, 'statistics')).toBe(true);
  expect(await page.locator(BANNER).count()).toBe(0);
  await withdraw(page);
  await page.reload();
  expect(await may(page, 'statistics')).toBe(false);
  expect(await page.locator(BANNER).count()).toBe(0);
});

test('a storage that is full loses no withdrawal', async () => {
  const { page } = await world.visit();
  await press(page, 'accept');
  await isRecorded(page);
  await page.evaluate(() => {
    for (let size = 4_000_000; size >= 1; size = Math.floor(size / 2)) {
      try {
        for (;;) localStorage.setItem(`page.${Math.random()}`, 'x'.repeat(size));
      } catch {
        // The rest takes smaller pieces.
      }
    }
  });
  await withdraw(page, 'statistics');
  expect(await may(page, 'statistics')).toBe(false);
  await recorded(page);
  await page.reload();
  expect(await Promise.all(['statistics', 'site-improvement'].map((purpose) => may(page, purpose)))).toEqual([false, true]);
});

test('where the browser refuses site data, and locks with it, the ledger hears of the yes and of the no all the same: of one device, each change once and in its order', async () => {
  const { page, requests } = await world.visit('/none.js');
  await page.addInitScript(() => {
    const refused = (): never => {
      throw new DOMException('denied', 'SecurityError');
    };
    for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get: refused });
    Object.defineProperty(document, 'cookie', { get: () => '', set: () => undefined });
    LockManager.prototype.request = async () => refused();
  });
  await page.goto(world.siteUrl);
  await page.waitForSelector(BANNER);
  await page.evaluate((accept) => {
    document.querySelector('samtycke-banner')?.shadowRoot?.querySelector<HTMLElement>(accept)?.click();
    for (let at = 0; at < 3; at += 1) dispatchEvent(new Event('online'));
  }, '.accept');
  await recorded(page);
  const { device } = (await page.evaluate(() => window.samtycke?.device)) ?? { device: '' };
  expect(await world.stateOf(device, 'statistics')).toMatchObject({ status: 'given', version: 1 });
  await page.evaluate(() => ['statistics', 'precise-location'].forEach((purpose) => void window.samtycke?.withdraw(purpose)));
  await recorded(page);
  await until(async () => (await world.stateOf(device, 'precise-location')).status === 'withdrawn');
  expect(await world.stateOf(device, 'statistics')).toMatchObject({ status: 'withdrawn', version: 2 });
  expect(await may(page, 'site-improvement')).toBe(true);
  const changes = requests.filter((request) => request.url().endsWith('/v1/consents') && request.method() === 'POST');
  const decided = changes.map((request) => (request.postDataJSON() as { decisions: { purpose: string; decision: string }[] }).decisions);
  expect(decided.slice(-2).map(([one]) => one)).toEqual(['statistics', 'precise-location'].map((purpose) => ({ purpose, decision: 'withdraw' })));
  expect(new Set(changes.map((request) => request.headers()['idempotency-key'])).size).toBe(changes.length);
  expect(posts(requests, world.apiUrl).filter((path) => path === '/v1/devices')).toHaveLength(1);
  // Nothing can be listened to for all tabs: what ended elsewhere is asked for.
  await until(() => posts(requests, world.apiUrl).includes('/v1/check'));
});
