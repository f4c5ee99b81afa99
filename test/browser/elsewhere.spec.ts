import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser, until } from '#testing';
import { askApi, mailedLink, newAddress, personOf, readStack, stateOf, type Stack } from './website-stack.js';

/** What a site's own analytics does: a cookie, and work that goes on until it is told that its purpose has ended. */
const MEASURE = `
document.cookie = '_pk_id.1=abc; path=/';
window.beats = 0;
const beat = setInterval(() => { window.beats += 1; }, 50);
document.addEventListener('samtycke:change', ({ detail }) => { if (!detail.granted.includes('statistics')) { clearInterval(beat); window.stopped = true; } });`;
const GENEROUS = { timeoutMs: 60_000 };

let stack: Stack;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  stack = await readStack();
  browser = await launchBrowser();
});
beforeEach(async () => {
  context = await browser.newContext({ locale: 'sv-SE', reducedMotion: 'reduce' });
  await context.route(`${stack.urls.website}/measure.js`, (route) => route.fulfill({ contentType: 'text/javascript', body: MEASURE }));
});
afterEach(() => context.close());
afterAll(() => browser?.close());

const valueOf = <T>(page: Page, name: string): Promise<T> => page.evaluate((key) => (window as unknown as Record<string, T>)[key] as T, name);
const remembered = <T>(page: Page, name: string): Promise<T | undefined> => page.evaluate((key) => JSON.parse(localStorage.getItem(`samtycke.${key}`) ?? 'null') ?? undefined, name);

/** Puts a script into the page as a site writes it: it waits for its purpose. */
const addScript = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const script = Object.assign(document.createElement('script'), { type: 'text/plain', src: '/measure.js' });
    Object.assign(script.dataset, { purpose: 'statistics', cookies: '_pk_*', stops: '' });
    document.body.append(script);
  });

interface Site {
  url: string;
  close(): void;
}

/** A builder's own site: one line for the script, a measurement that waits, and a link to the portal. Another site than the portal's, not only another port. */
async function ownSite(): Promise<Site> {
  let key = '';
  const page = (): string => `<!doctype html><html lang="sv"><head><meta charset="utf-8"><title>En butik</title><script src="${stack.urls.api}/samtycke.js" data-site-key="${key}"></script></head>
    <body><h1>En butik</h1><a href="${stack.urls.portal}/" data-samtycke="portal">Mina val</a><script type="text/plain" src="/measure.js" data-purpose="statistics" data-cookies="_pk_*" data-stops></script></body></html>`;
  const server: Server = createServer(({ url }, response) => {
    const [type, body] = url === '/measure.js' ? ['text/javascript', MEASURE] : ['text/html; charset=utf-8', page()];
    response.writeHead(200, { 'content-type': type }).end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const args = ['keys', 'create', '--owner', 'shop', '--site', '--origins', url, '--purposes', 'statistics,site-improvement'];
  const env = { ...process.env, NODE_OPTIONS: '', SAMTYCKE_DATA: dirname(process.env.TEST_STACK_RUN_JSON ?? '') };
  key = (await promisify(execFile)(process.execPath, ['dist/apps/cli/src/main.js', ...args], { env })).stdout.trim();
  // Each process of the api learns of a key by itself; preflights, and what the portal asks for, last.
  await until(async () => (await fetch(`${stack.urls.api}/v1/sites/${key}`, { headers: { origin: url } })).headers.get('access-control-allow-origin') === url, GENEROUS);
  await until(() => isKnownToPortal(url), { timeoutMs: 90_000 });
  return {
    url,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The portal believes for a minute what it has heard of the ledger's sites. */
async function isKnownToPortal(origin: string): Promise<boolean> {
  const { headers } = await fetch(`${stack.urls.portal}/from-website`, { method: 'POST', redirect: 'manual', headers: { origin, 'sec-fetch-site': 'cross-site' }, body: new URLSearchParams({ device: 'a-token-of-nobody' }) });
  return headers.get('location') === '/from-website';
}

/** By the link in the mail, in the tab that the website's link to the portal has opened. */
async function signInByMail(portal: Page, email: string): Promise<void> {
  await portal.waitForSelector('#mail');
  await portal.fill('#mail', email);
  await portal.click('.door-mail button');
  await portal.waitForURL(`${stack.urls.portal}/sign-in/mail/sent`);
  const link = await until(() => mailedLink(stack, email, '/sign-in/mail/'), GENEROUS);
  await portal.goto(link);
  await portal.click('.door-mail button');
  await portal.waitForURL(`${stack.urls.portal}/`);
}

/** Signs in at the portal, in the tab that the site's link opens, and says no there: what runs in the site's tab ends, cookies included, and nothing is loaded anew. */
async function stopsInPortal(site: Page, device: string, link: string, email: string): Promise<void> {
  await site.evaluate(() => ((window as unknown as { here: boolean }).here = true));
  const opening = context.waitForEvent('page');
  await site.click(link, { modifiers: ['Control'] });
  const portal = await opening;
  await signInByMail(portal, email);
  expect(await stateOf(stack, device, 'statistics')).toMatchObject({ allowed: true });

  await portal.click('[data-purpose=statistics] .button');
  await until(() => valueOf<boolean>(site, 'stopped'), GENEROUS);
  const beats = await valueOf<number>(site, 'beats');
  expect(await site.evaluate(() => document.cookie)).not.toContain('_pk_id');
  expect(await site.evaluate(() => window.samtycke?.may('statistics'))).toBe(false);
  expect(await site.evaluate(() => window.samtycke?.may('site-improvement'))).toBe(true);
  expect([await valueOf<boolean>(site, 'here'), await valueOf<number>(site, 'beats')]).toEqual([true, beats]);
  expect(await stateOf(stack, device, 'statistics')).toMatchObject({ status: 'withdrawn', allowed: false });
}

describe('one browser, two tabs', () => {
  test.each([
    ['the foot of every page', '/', '.site-footer a[data-samtycke=portal]'],
    ['the page about it', '/kundportalen', 'main .actions a'],
    ['the thanks for a form', '/kontakt/tack?ja=newsletter', 'main .ticked a'],
  ])('from %s: a no in the portal stops the website’s analytics in the other tab within seconds, cookies included, and nothing is loaded anew', async (_, path, link) => {
    const email = newAddress();
    const site = await context.newPage();
    const addresses: string[] = [];
    context.on('request', (request) => addresses.push(request.url()));
    await site.goto(stack.urls.website + path);
    await addScript(site);
    await site.click('samtycke-banner section .accept');
    const { device, token } = await until(() => remembered<{ device: string; token: string }>(site, 'device'));
    await until(async () => (await valueOf<number>(site, 'beats')) > 2, GENEROUS);
    expect(await site.evaluate(() => document.cookie)).toContain('_pk_id');
    await stopsInPortal(site, device, link, email);

    const person = await personOf(stack, email);
    const { body } = await askApi(stack, 'audit:read', `/v1/people/${person}/history`);
    expect(JSON.stringify(body)).toContain('person-linked');
    for (const address of addresses) expect(decodeURIComponent(address)).not.toContain(token);
  });

  test('from a builder’s own site, of an origin that only its site key names: the same', async () => {
    const shop = await ownSite();
    try {
      const site = await context.newPage();
      await site.goto(shop.url);
      await site.click('samtycke-banner section .accept');
      const { device } = await until(() => remembered<{ device: string; token: string }>(site, 'device'));
      await until(async () => (await valueOf<number>(site, 'beats')) > 2, GENEROUS);
      expect(await site.evaluate(() => document.cookie)).toContain('_pk_id');
      await stopsInPortal(site, device, 'a[data-samtycke=portal]', newAddress());
    } finally {
      shop.close();
    }
  }, 180_000);
});
