import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '#testing';
import { accessibilityFaults, askApi, newAddress, overflowOf, readStack, stateOf, type Stack } from './website-stack.js';

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  stack = await readStack();
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

/** Somebody with the newsletter, and the link to his choices. */
async function someone(): Promise<{ person: string; link: string }> {
  const body = { subject: { email: newAddress() }, decisions: [{ purpose: 'newsletter', decision: 'grant', channels: ['email'] }], notice: { id: 'portal-login', version: '1.3', locale: 'sv' }, capture: { context: 'portal-login' } };
  const person = String((await askApi(stack, 'consents:write', '/v1/consents', body)).body.person);
  const { preferences } = (await askApi(stack, 'identifiers:read', `/v1/people/${person}/identifiers?purpose=newsletter`)).body;
  return { person, link: String(preferences) };
}

test.each(['light', 'dark'] as const)('the page behind a mailed link works without a script, by keyboard, at any width, and leads to the sign-in without saying where from (%s)', async (colorScheme) => {
  const { person, link } = await someone();
  const context = await browser.newContext({ locale: 'sv-SE', javaScriptEnabled: false, colorScheme });
  const page = await context.newPage();
  await page.goto(link);
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 900 });
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/own-choices-${colorScheme}-${width}.png`, fullPage: true });
  }
  await page.focus('button[value=newsletter]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.said');
  expect(await page.textContent('.said')).toBe('Sparat: vi har stoppat ”Nyhetsbrev”.');
  expect(await stateOf(stack, person, 'newsletter')).toMatchObject({ status: 'withdrawn', allowed: false });
  const [request] = await Promise.all([page.waitForRequest((one) => one.url().includes('/sign-in')), page.click('footer a')]);
  expect(request.headers().referer).toBeUndefined();
  expect(new URL(page.url()).pathname).toBe('/sign-in');
  const scripted = await (await browser.newContext({ colorScheme })).newPage();
  for (const width of [1280, 320]) {
    await scripted.setViewportSize({ width, height: 900 });
    await scripted.goto(link);
    expect(await overflowOf(scripted)).toBeLessThanOrEqual(0);
    const rules = await scripted.evaluate(() => document.styleSheets.length);
    expect(rules).toBe(2);
  }
  await scripted.context().close();
  await context.close();
});

test('the page has no fault that axe finds', async () => {
  const { link } = await someone();
  const page = await (await browser.newContext({ locale: 'da-DK', bypassCSP: true })).newPage();
  await page.goto(link);
  expect(await page.getAttribute('html', 'lang')).toBe('da');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.click('[name=all]');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.context().close();
});

test('no other site can show it in a frame', async () => {
  const { link } = await someone();
  const site = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>x</title><iframe src="${link}"></iframe>`));
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const page = await (await browser.newContext()).newPage();
  const refused = page.waitForEvent('console', (one) => /frame-ancestors/.test(one.text()));
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  await refused;
  expect(await page.frames().at(-1)?.locator('button').count()).toBe(0);
  await page.context().close();
  site.close();
});
