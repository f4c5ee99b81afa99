import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { until } from '#testing';
import { deviceOf, DEVICE_PURPOSES, isRecorded, may, press, startWorld, type World } from './world.js';

const FORM = 'samtycke-preferences[data-inline]';
let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.pages.set('/own', { body: `<samtycke-preferences></samtycke-preferences>${'<p>More of the page.</p>'.repeat(5)}` });
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

describe.each([
  ['a low wide window', { width: 1280, height: 500 }],
  ['the narrowest window', { width: 240, height: 500 }],
])('in %s', (_, viewport) => {
  test.each(['/own', '/'])('nothing that has the focus in the settings lies behind anything (%s)', async (path) => {
    const { page } = await world.visit(path, { viewport });
    await press(page, path === '/' ? 'plain' : 'refuse');
    await page.waitForSelector('samtycke-preferences ul.choices');
    const { passed, hidden } = await tabThrough(page);
    expect(hidden).toEqual([]);
    expect([...passed]).toEqual(expect.arrayContaining(DEVICE_PURPOSES));
  });
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

/** What has the focus and lies, or part of it, beneath something else or out of the window. */
const obscured = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const root = document.querySelector('samtycke-preferences')?.shadowRoot;
    const one = root?.activeElement;
    if (!root || !one) return [];
    const { left, right, top, bottom } = one.getBoundingClientRect();
    // No corners: they are round, and nothing of it lies there.
    const points = [[0.5, 0.5], [0.5, 0.1], [0.5, 0.9], [0.1, 0.5], [0.9, 0.5]].map(([across = 0, down = 0]) => root.elementFromPoint(left + across * (right - left), top + down * (bottom - top)));
    return points.every((point) => point && one.contains(point)) ? [] : [one.outerHTML.slice(0, 80)];
  });

/** Everything in the settings, forwards and back: what it passes, and what of that was not seen whole. */
async function tabThrough(page: Page): Promise<{ passed: Set<string>; hidden: string[] }> {
  const passed = new Set<string>();
  const hidden: string[] = [];
  for (const key of ['Tab', 'Shift+Tab'])
    for (let press = 0; press < 12; press += 1) {
      await page.keyboard.press(key);
      passed.add(await page.evaluate(() => document.querySelector('samtycke-preferences')?.shadowRoot?.activeElement?.id ?? ''));
      hidden.push(...(await obscured(page)));
    }
  return { passed, hidden };
}

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
    expect(close && outer && close.x >= outer.x && close.x + close.width <= outer.x + outer.width).toBe(true);
  });

  test('show refusing, accepting and saving at once, the first two alike, and never hide what has the focus behind them', async () => {
    for (const kind of ['refuse', 'accept', 'plain']) {
      const box = await page.locator(`samtycke-preferences .${kind}`).boundingBox();
      expect(box && box.y >= 0 && box.y + box.height <= 720).toBe(true);
    }
    expect(await page.locator('samtycke-preferences .refuse').evaluate(sameLook)).toBe(await page.locator('samtycke-preferences .accept').evaluate(sameLook));
    await page.click('samtycke-preferences summary');
    await page.waitForSelector('samtycke-preferences details li');
    await page.focus('samtycke-preferences .close');
    expect((await tabThrough(page)).hidden).toEqual([]);
    await shoot(page, `settings-${lang}-focus`);
  });
});

test('whoever builds the page reads in its console which purpose is written otherwise, once each, and which script does not wait', async () => {
  const held = '<script type="text/plain" data-purpose="statistik statistics" src="/one.js"></script>'.repeat(2);
  world.pages.set('/misspelt', {
    script: 'data-cookies="statistics=_pk_*; ads=_fbp" data-consent-mode="marketing=ad_storage"',
    body: `${held}<script type="text/plain" data-purpose="statistics" src="/two.js"></script><script data-purpose="statistics" src="/at-once.js"></script><img alt="" data-purpose="statistics" data-src="/one.png" srcset="/two.png 2x">`,
  });
  const { page } = await world.visit('/misspelt');
  const told: string[] = [];
  page.on('console', (message) => message.type() === 'warning' && message.text().startsWith('samtycke:') && told.push(message.text()));
  await press(page, 'accept');
  await until(() => told.length === 5, { what: 'what the builder is told' });
  const asked = 'which this site key does not ask about, so it has no yes; it asks about';
  const all = (await page.evaluate(() => window.samtycke?.change.granted)) ?? [];
  const list = told[0]?.split(' asks about ').pop();
  expect(list?.split(', ').sort()).toEqual([...all].sort());
  expect(told).toEqual([
    `samtycke: <script data-purpose> names the purpose “statistik”, ${asked} ${list}`,
    `samtycke: data-cookies names the purpose “ads”, ${asked} ${list}`,
    `samtycke: data-consent-mode names the purpose “marketing”, ${asked} ${list}`,
    'samtycke: a script with data-purpose="statistics" waits for nobody: it lacks type="text/plain"',
    'samtycke: an <img data-purpose="statistics"> waits for nobody with its srcset, srcdoc, poster, <source> or <track>: only data-src waits',
  ]);
  await page.evaluate(() => window.samtycke?.withdraw('site-improvement'));
  await page.evaluate(() => document.body.insertAdjacentHTML('beforeend', '<img alt="" data-purpose="film" data-src="/film.png">'));
  await page.evaluate(() => window.samtycke?.withdraw('precise-location'));
  await until(() => told.length === 6);
  expect(told[5]).toContain('<img data-purpose> names the purpose “film”');
});
