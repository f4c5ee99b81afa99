import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePort } from '#servers';
import { launchBrowser } from '#testing';
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
