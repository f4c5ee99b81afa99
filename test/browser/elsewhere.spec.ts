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

    const person = await personOf(stack, email);
    const { body } = await askApi(stack, 'audit:read', `/v1/people/${person}/history`);
    expect(JSON.stringify(body)).toContain('person-linked');
    for (const address of addresses) expect(decodeURIComponent(address)).not.toContain(token);
  });
});
