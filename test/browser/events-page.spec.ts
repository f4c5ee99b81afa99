import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '#testing';
import { accessibilityFaults, overflowOf, readStack, type Stack } from './website-stack.js';

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  stack = await readStack();
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

test.each([
  ['on a desk', { viewport: { width: 1280, height: 900 } }],
  ['on a phone', { viewport: { width: 360, height: 740 } }],
  ['in the dark', { viewport: { width: 1100, height: 900 }, colorScheme: 'dark' as const }],
])('the page of the events %s asks nobody but the api, has no accessibility fault and fits its window, with a message unfolded too', async (name, options) => {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => faults.push(message.text()));
  page.on('request', (request) => asked.push(new URL(request.url()).origin));
  await page.goto(`${stack.urls.api}/docs/events`);
  expect(await page.evaluate(() => getComputedStyle(document.querySelector('article') as Element).borderTopWidth)).toBe('1px');
  expect(await page.locator('article').count()).toBe(21);
  await page.click('#consent-withdrawn summary');
  await page.click('#person-erased summary');
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/events-${name.replaceAll(' ', '-')}.png`, fullPage: true });
  expect(await page.locator('#consent-withdrawn pre').last().innerText()).toContain('"reason"');
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(await overflowOf(page)).toBe(0);
  expect(new Set(asked)).toEqual(new Set([new URL(stack.urls.api).origin]));
  expect(faults).toEqual([]);
  await context.close();
});

test('a link of the page leads to its type', async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${stack.urls.api}/docs/events`);
  await page.click('nav a[href="#objection-raised"]');
  expect(await page.locator('article:target h3').innerText()).toBe('objection-raised');
  await page.close();
});
