import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchBrowser, until } from '#testing';
import { accessibilityFaults, askApi, newAddress, overflowOf, readStack, type Stack } from './website-stack.js';

let stack: Stack;
let browser: Browser;
let receipt: string;

beforeAll(async () => {
  stack = await readStack();
  browser = await launchBrowser();
  const { body } = await askApi(stack, 'consents:write', '/v1/consents', {
    subject: { email: newAddress() }, decisions: [{ purpose: 'newsletter', decision: 'grant', channels: ['email'] }],
    notice: { id: 'newsletter-signup', version: '1.3', locale: 'da' }, capture: { context: 'newsletter-signup', method: 'form' },
  });
  receipt = String(body.receipt);
  await until(async () => (await askApi(stack, 'audit:read', `/v1/receipts/${receipt}`)).status === 200);
});
afterAll(() => browser?.close());

test.each([
  ['on a desk', 'sv', { viewport: { width: 1100, height: 900 } }],
  ['on a phone', 'da', { viewport: { width: 360, height: 740 } }],
  ['in the dark', 'en', { viewport: { width: 820, height: 1000 }, colorScheme: 'dark' as const }],
])('a receipt %s, in %s, is styled, has no accessibility fault and fits its window', async (name, locale, options) => {
  const context = await browser.newContext({ ...options, extraHTTPHeaders: { authorization: `Bearer ${stack.keys['audit:read']}`, 'samtycke-reason': 'a test' } });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => faults.push(message.text()));
  await page.goto(`${stack.urls.api}/v1/receipts/${receipt}?locale=${locale}`);
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/receipt-${locale}.png`, fullPage: true });
  if (process.env.SCREENSHOTS) await page.pdf({ path: `${process.env.SCREENSHOTS}/receipt-${locale}.pdf`, format: 'A4' });
  expect(await page.locator('html').getAttribute('lang')).toBe(locale);
  expect(await page.evaluate(() => getComputedStyle(document.querySelector('section') as Element).borderTopWidth)).toBe('1px');
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(await overflowOf(page)).toBe(0);
  expect(faults).toEqual([]);
  await context.close();
});
