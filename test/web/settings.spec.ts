import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { until } from '#testing';
import { deviceOf, isRecorded, may, press, startWorld, type World } from './world.js';

const FORM = 'samtycke-preferences[data-inline]';
let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.pages.set('/own', { body: '<samtycke-preferences></samtycke-preferences>' });
});
afterEach(() => world.leave());
afterAll(() => world.close());

const ticked = (page: Page): Promise<string[]> => page.locator('samtycke-preferences input:checked').evaluateAll((boxes) => boxes.map(({ id }) => id).sort());

/** By another tab of the same browser; the first tab has heard of it. */
async function withdrawInAnotherTab(page: Page, purpose: string): Promise<void> {
  const { page: other } = await world.open(page.context());
  await other.evaluate((name) => window.samtycke?.ready.then(({ withdraw }) => withdraw(name)), purpose);
  await until(async () => !(await may(page, purpose)));
}

describe('the choices in a page of the site’s own', () => {
  test('what a visitor has ticked and not saved stays, whatever is told meanwhile; what ended meanwhile is ticked no more', async () => {
    const { page } = await world.visit('/own');
    await press(page, 'accept');
    const device = await deviceOf(page);
    await isRecorded(page);
    await page.uncheck(`${FORM} #statistics`);
    await withdrawInAnotherTab(page, 'site-improvement');
    expect(await ticked(page)).toEqual(['analytics-segmentation', 'precise-location']);
    await page.click(`${FORM} .plain`);
    await until(async () => (await world.stateOf(device, 'statistics')).status === 'withdrawn');
    expect(await world.stateOf(device, 'site-improvement')).toMatchObject({ status: 'withdrawn' });
  });

  test('what is pressed counts for every box: none that was ticked before stays so after a refusal', async () => {
    const { page } = await world.visit('/own');
    await page.check(`${FORM} #statistics`);
    await page.click(`${FORM} .refuse`);
    expect(await ticked(page)).toEqual([]);
    await page.check(`${FORM} #statistics`);
    await page.click(`${FORM} .plain`);
    expect(await ticked(page)).toEqual(['statistics']);
  });
});

test('a dialog that stayed open renews nothing that ended meanwhile, and keeps what was ticked in it', async () => {
  const { page } = await world.visit();
  await press(page, 'accept');
  const device = await deviceOf(page);
  await isRecorded(page);
  await page.click('samtycke-banner .again');
  await page.uncheck('samtycke-preferences #precise-location');
  await withdrawInAnotherTab(page, 'statistics');
  expect(await ticked(page)).toEqual(['analytics-segmentation', 'site-improvement']);
  await page.click('samtycke-preferences .plain');
  await until(async () => (await world.stateOf(device, 'precise-location')).status === 'withdrawn');
  await isRecorded(page);
  expect(await world.stateOf(device, 'statistics')).toMatchObject({ status: 'withdrawn' });
});

const shoot = async (page: Page, name: string): Promise<void> => void (process.env.SCREENSHOTS && (await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png` })));

/** Letters and words as far apart as WCAG 1.4.12 allows a reader to set them: wider than any font. */
const spread = (page: Page): Promise<void> =>
  page.locator('samtycke-preferences dialog').evaluate((dialog) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('*{letter-spacing:.12em;word-spacing:.16em}');
    const root = dialog.getRootNode() as ShadowRoot;
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  });

const sameLook = (button: Element): string => {
  const { color, backgroundColor, fontSize, borderColor } = getComputedStyle(button);
  const { width, height, top } = button.getBoundingClientRect();
  return JSON.stringify({ color, backgroundColor, fontSize, borderColor, width, height, top });
};

describe.each(['sv', 'da', 'en'])('the settings in a window of 320 × 720 points, in %s', (lang) => {
  let page: Page;
  beforeEach(async () => {
    world.pages.set('/lang', { lang });
    ({ page } = await world.visit('/lang', { viewport: { width: 320, height: 720 } }));
    await press(page, 'plain');
  });

  test('are no wider than their dialog in letters of any width, and the button that closes them is inside', async () => {
    await shoot(page, `settings-${lang}`);
    await spread(page);
    await shoot(page, `settings-${lang}-spread`);
    const dialog = page.locator('samtycke-preferences dialog');
    expect(await dialog.evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
    const [outer, close] = [await dialog.boundingBox(), await page.locator('samtycke-preferences .close').boundingBox()];
    expect((close?.x ?? 0) + (close?.width ?? 0)).toBeLessThanOrEqual((outer?.x ?? 0) + (outer?.width ?? 0));
  });

  test('show refusing, accepting and saving at once, the first two alike, and never hide what has the focus behind them', async () => {
    for (const kind of ['refuse', 'accept', 'plain']) {
      const box = await page.locator(`samtycke-preferences .${kind}`).boundingBox();
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(720);
    }
    expect(await page.locator('samtycke-preferences .refuse').evaluate(sameLook)).toBe(await page.locator('samtycke-preferences .accept').evaluate(sameLook));
    await page.click('samtycke-preferences summary');
    await page.waitForSelector('samtycke-preferences details li');
    await page.focus('samtycke-preferences .close');
    const hidden = (): Promise<string[]> =>
      page.evaluate(() => {
        const root = document.querySelector('samtycke-preferences')?.shadowRoot;
        const [one, row] = [root?.activeElement, root?.querySelector('.buttons')];
        if (!one || !row || row.contains(one) || one.contains(row)) return [];
        return one.getBoundingClientRect().bottom > row.getBoundingClientRect().top ? [one.outerHTML.slice(0, 80)] : [];
      });
    for (const key of ['Tab', 'Shift+Tab'])
      for (let presses = 0; presses < 12; presses += 1) {
        await page.keyboard.press(key);
        expect(await hidden()).toEqual([]);
      }
    await shoot(page, `settings-${lang}-focus`);
  });
});
