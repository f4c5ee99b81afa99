import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '#testing';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';
import { accessibilityFaults, overflowOf } from './website-stack.js';

let api: TestApi;
let url: string;
let browser: Browser;
let contexts: BrowserContext[] = [];
beforeAll(async () => {
  api = await testApi();
  await api.app.listen(0, '127.0.0.1');
  url = await api.app.getUrl();
  browser = await launchBrowser();
});
afterEach(async () => {
  for (const context of contexts) await context.close();
  contexts = [];
});
afterAll(async () => {
  await browser?.close();
  await api.close();
});

/** The page of a new subscriber's link. */
async function visit(options: BrowserContextOptions = {}): Promise<{ page: Page; subject: { email: string } }> {
  const subject = someone();
  const { person } = (await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']).expect(201)).body;
  const { body } = await api.get(`/v1/people/${person}/identifiers?purpose=newsletter`, api.keys['identifiers:read']).expect(200);
  const context = await browser.newContext({ locale: 'sv-SE', reducedMotion: 'reduce', ...options });
  contexts.push(context);
  const page = await context.newPage();
  await page.goto(url + new URL(body.unsubscribe).pathname);
  return { page, subject };
}

const allowed = async (subject: object): Promise<boolean> => (await api.post('/v1/check', { subject, purpose: 'newsletter' }, api.keys['consents:read'])).body.allowed;

describe('the page behind an unsubscribe link', () => {
  test('works without JavaScript: one press ends it, one press undoes it, and ends it again', async () => {
    const { page, subject } = await visit({ javaScriptEnabled: false });
    await page.click('button');
    await page.getByRole('heading', { name: 'Du är avanmäld' }).waitFor();
    expect(await allowed(subject)).toBe(false);
    await page.getByRole('button', { name: 'Ångra, jag vill fortsätta' }).click();
    await page.getByRole('heading', { name: 'Det gäller igen' }).waitFor();
    expect(await allowed(subject)).toBe(true);
    await page.goto(page.url());
    expect(page.url()).not.toContain('/undo');
    await page.click('button');
    await page.getByRole('heading', { name: 'Du är avanmäld' }).waitFor();
    expect(await allowed(subject)).toBe(false);
  });

  test('a double click ends it once and still offers to undo', async () => {
    const { page, subject } = await visit();
    await page.dblclick('button');
    await page.getByRole('button', { name: 'Ångra' }).click();
    await page.getByRole('heading', { name: 'Det gäller igen' }).waitFor();
    expect(await allowed(subject)).toBe(true);
  });

  test('sets no cookie and loads nothing from elsewhere', async () => {
    const { page } = await visit();
    const foreign: string[] = [];
    page.on('request', (request) => !request.url().startsWith(url) && foreign.push(request.url()));
    await page.click('button');
    await page.getByRole('button', { name: 'Ångra' }).waitFor();
    expect(await page.context().cookies()).toEqual([]);
    expect(foreign).toEqual([]);
  });

  test.each<[string, BrowserContextOptions]>([
    ['on a desk', { viewport: { width: 1280, height: 800 } }],
    ['in the dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark', locale: 'da-DK' }],
    ['narrow', { viewport: { width: 320, height: 700 }, locale: 'en-GB' }],
  ])('has no accessibility fault and fits its window %s, in every state', async (name, options) => {
    const { page } = await visit(options);
    const sound = async (state: string): Promise<void> => {
      if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/unsubscribe-${name.replaceAll(' ', '-')}-${state}.png`, fullPage: true });
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
    };
    await sound('ask');
    await page.click('button');
    await page.waitForSelector('.undo');
    await sound('done');
    await page.click('summary');
    await sound('terms');
    await page.click('.undo button');
    await page.waitForSelector('body.done:not(:has(.undo))');
    await sound('undone');
  });
});
