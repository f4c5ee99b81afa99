import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '#testing';
import { accessibilityFaults, overflowOf, readStack, type Stack } from './website-stack.js';

export interface Visits {
  /** What the running stack says about itself; filled before the first test. */
  stack: Stack;
  /** Opens the page in a context of its own, which ends with the test. */
  visit(options?: BrowserContextOptions): Promise<Page>;
}

/** Visits to one page of the api, by the tests of the file that calls it. `ready`: what stands there once it can be used. */
export function visitsTo(path: string, ready: string, usual: BrowserContextOptions = {}): Visits {
  const stack = {} as Stack;
  let browser: Browser;
  let contexts: BrowserContext[] = [];
  beforeAll(async () => {
    Object.assign(stack, await readStack());
    browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const context of contexts) await context.close();
    contexts = [];
  });
  afterAll(() => browser?.close());
  return {
    stack,
    async visit(options = {}) {
      const context = await browser.newContext({ reducedMotion: 'reduce', ...usual, ...options });
      contexts.push(context);
      const page = await context.newPage();
      await page.goto(`${stack.urls.api}${path}`);
      await page.waitForSelector(ready);
      return page;
    },
  };
}

/** Types a key into a page that asks for one. */
export async function enter(page: Page, key: string | undefined): Promise<void> {
  await page.fill('#key', key ?? '');
  await page.press('#key', 'Enter');
}

/** The page has no accessibility fault and fits its window; with SCREENSHOTS, a picture of it lies there under this name. */
export async function expectSound(page: Page, picture: string): Promise<void> {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${picture.replaceAll(' ', '-')}.png`, fullPage: true });
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(await overflowOf(page)).toBe(0);
}
