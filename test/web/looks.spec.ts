import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { accessibilityFaults, overflowOf } from '../browser/website-stack.js';
import { until } from '#testing';
import { BANNER, press, remembered, startWorld, type World } from './world.js';

const WORDS = 'Så här ser en vanlig sida ut, med text som fortsätter en stund så att det finns något att läsa bakom det som frågar. ';
const BODY = `<p>${WORDS.repeat(4)}</p><p><a href="#end">En länk</a></p><samtycke-subscribe purpose="newsletter"><a href="#">Anmäl dig</a></samtycke-subscribe><iframe title="En film" data-purpose="statistics" data-src="/film"></iframe><p>${WORDS.repeat(20)}</p><p><a id="end" href="#">Sist på sidan</a></p>`;
const STYLE = '<style>body{font:1rem/1.6 Georgia,serif;max-width:42rem;margin:2rem auto;padding:0 1rem;background:Canvas;color:CanvasText}:root{color-scheme:light dark}iframe{width:100%;height:14rem;border:0}</style>';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.pages.set('/own-button', { script: 'data-reopen="off"', body: '<button data-samtycke="open">Mina kakor</button>' });
  world.pages.set('/no-button', { script: 'data-reopen="off"', body: '<a href="#x">A link</a>' });
  world.pages.set('/', { head: STYLE, body: BODY });
  world.pages.set('/en', { lang: 'en', head: STYLE, body: BODY });
  world.pages.set('/own', { lang: 'da', head: STYLE, body: '<samtycke-preferences></samtycke-preferences>' });
  world.pages.set('/film', { script: false });
});
afterEach(() => world.leave());
afterAll(() => world.close());

const shoot = async (page: Page, name: string): Promise<void> => void (process.env.SCREENSHOTS && (await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png` })));

/** Faults of the page as it stands, and how much wider than its window it is. */
async function examine(page: Page, name: string): Promise<void> {
  await shoot(page, name);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(await overflowOf(page)).toBeLessThanOrEqual(0);
}

const LOOKS: [string, BrowserContextOptions][] = [
  ['light', { viewport: { width: 1200, height: 800 }, colorScheme: 'light' }],
  ['dark', { viewport: { width: 1200, height: 800 }, colorScheme: 'dark' }],
  ['phone', { viewport: { width: 390, height: 800 }, colorScheme: 'light' }],
  ['narrow', { viewport: { width: 320, height: 640 }, colorScheme: 'dark' }],
  ['contrast', { viewport: { width: 800, height: 700 }, forcedColors: 'active' }],
];

describe('every page and state has no accessibility fault and fits its window', () => {
  test.each(LOOKS)('%s', async (name, options) => {
    const { page } = await world.visit('/', options);
    await page.waitForSelector(BANNER);
    await page.waitForSelector('samtycke-placeholder button');
    await page.waitForSelector('samtycke-subscribe input');
    await examine(page, `${name}-banner`);
    await press(page, 'plain');
    await page.click('samtycke-preferences summary');
    await page.waitForSelector('samtycke-preferences details li');
    await examine(page, `${name}-settings-text`);
    await page.click('samtycke-preferences summary');
    await page.check('samtycke-preferences #statistics');
    await examine(page, `${name}-settings`);
    await page.click('samtycke-preferences .plain');
    await page.fill('samtycke-subscribe input', 'anna');
    await page.click('samtycke-subscribe button');
    await page.waitForSelector('samtycke-subscribe [data-mood=bad]');
    await examine(page, `${name}-chosen`);
    await page.goto(`${world.siteUrl}/own`);
    await page.waitForSelector('samtycke-preferences input');
    await examine(page, `${name}-inline`);
  });

  test('the plain sign-up page is accessible too, and fits', async () => {
    for (const [name, options] of LOOKS.slice(1, 4)) {
      const { page } = await world.visit(`${world.apiUrl}/s/${world.siteKey}/newsletter?lang=da`, { ...options, javaScriptEnabled: true });
      await page.click('summary');
      await examine(page, `${name}-plain-form`);
    }
  });
});

describe('a page’s own scheme is followed, whatever the visitor’s system prefers', () => {
  /** Colours as red, green, blue: of the question, of a field’s label, of what is behind the question. */
  const colours = (page: Page) =>
    page.evaluate(() => {
      const style = (host: string, part: string): CSSStyleDeclaration => getComputedStyle(document.querySelector(host)?.shadowRoot?.querySelector(part) as Element);
      return { question: style('samtycke-banner', 'h2').color, behind: style('samtycke-banner', 'section').backgroundColor, label: style('samtycke-subscribe', 'label').color };
    });
  const LIGHT = { question: 'rgb(20, 33, 29)', behind: 'rgb(255, 255, 255)', label: 'rgb(20, 33, 29)' };
  const DARK = { question: 'rgb(238, 244, 241)', behind: 'rgb(22, 32, 29)', label: 'rgb(238, 244, 241)' };
  const SUBSCRIBE = '<samtycke-subscribe purpose="newsletter"></samtycke-subscribe>';

  test.each([
    ['a page that says nothing is light', '', 'dark', LIGHT],
    ['a page that says so is dark', '<style>:root{color-scheme:dark;background:#111}</style>', 'light', DARK],
    ['a page that says so by its meta element is dark', '<meta name="color-scheme" content="dark">', 'light', DARK],
    ['a page of both is as the visitor prefers', '<style>:root{color-scheme:light dark}</style>', 'dark', DARK],
    ['a colour that the page sets leaves the others readable', '<style>:root{--samtycke-surface:#fff7e6}</style>', 'dark', { ...LIGHT, behind: 'rgb(255, 247, 230)' }],
  ] as const)('%s', async (_, head, colorScheme, expected) => {
    world.pages.set('/scheme', { head, body: SUBSCRIBE });
    const { page } = await world.visit('/scheme', { colorScheme });
    await page.waitForSelector(BANNER);
    await page.waitForSelector('samtycke-subscribe label');
    expect(await colours(page)).toEqual(expected);
  });
});

test('what waits has the size of the embed that it waits for: nothing jumps with the yes', async () => {
  const embeds = ['width="560" height="315"', 'width="240" height="160"', 'style="width:100%;aspect-ratio:16/9"', 'height="200"'];
  world.pages.set('/sizes', { head: '<style>body{width:900px}iframe{display:block;border:0;margin:0}p{margin:0}</style>', body: `${embeds.map((size) => `<iframe title="En film" data-purpose="statistics" data-src="/film" ${size}></iframe>`).join('')}<p id="end">Slut</p>` });
  const { page } = await world.visit('/sizes');
  await page.waitForSelector(BANNER);
  await until(async () => (await page.locator('samtycke-placeholder section').count()) === embeds.length);
  const sizes = (selector: string) => page.$$eval(selector, (found) => found.map((one) => one.getBoundingClientRect()).map(({ width, height }) => [width, height].map(Math.round)));
  const waiting = await sizes('samtycke-placeholder');
  await shoot(page, 'placeholders');
  await press(page, 'accept');
  await page.waitForSelector('samtycke-placeholder', { state: 'detached' });
  const shown = await sizes('iframe');
  expect(waiting.map(([width]) => width)).toEqual([560, 240, 900, 900]);
  // The small ones may need more for their words.
  expect([waiting[0], waiting[2]]).toEqual([shown[0], shown[2]]);
  expect(waiting.every(([, height = 0], at) => height >= (shown[at]?.[1] ?? 0))).toBe(true);
});

test('at 400 % zoom everything can be reached and read: a window of 320 × 256 points, with no part cut off', async () => {
  const { page } = await world.visit('/', { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 });
  for (const kind of ['refuse', 'accept', 'plain']) {
    const button = page.locator(`${BANNER} .${kind}`);
    await button.scrollIntoViewIfNeeded();
    const box = await button.boundingBox();
    expect(box && box.x >= 0 && box.x + box.width <= 320 && box.y >= 0 && box.y + box.height <= 256).toBe(true);
  }
  await shoot(page, 'zoom-banner');
  await press(page, 'plain');
  await page.locator('samtycke-preferences .plain').scrollIntoViewIfNeeded();
  expect(await overflowOf(page)).toBeLessThanOrEqual(0);
  await shoot(page, 'zoom-settings');
});

/** What has the focus, through shadow roots, with its accessible name. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return `${element?.localName} ${element?.getAttribute('aria-label') ?? element?.textContent?.trim().slice(0, 30) ?? ''}`;
  });

describe('by keyboard and screen reader', () => {
  test('the question never takes the focus, is the first thing that Tab reaches, and Escape decides nothing', async () => {
    const { page } = await world.visit();
    await page.waitForSelector(BANNER);
    expect(await focused(page)).toMatch(/^body/);
    const reached: string[] = [];
    for (let presses = 0; presses < 4; presses += 1) {
      await page.keyboard.press('Tab');
      reached.push(await focused(page));
    }
    expect(reached).toEqual(['button Läs mer', 'button Neka alla', 'button Godkänn alla', 'button Välj själv']);
    await page.keyboard.press('Escape');
    expect(await page.isVisible(BANNER)).toBe(true);
    expect(await remembered(page, 'choices')).toBeUndefined();
  });

  test('the settings keep the focus inside, close by Escape without changing anything, and give the focus back', async () => {
    const { page } = await world.visit();
    await page.focus(`${BANNER} .plain`);
    await page.keyboard.press('Enter');
    await page.waitForSelector('samtycke-preferences dialog[open]');
    expect(await focused(page)).toBe('h2 Kakinställningar');
    for (let presses = 0; presses < 14; presses += 1) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement === document.body || document.activeElement?.localName === 'samtycke-preferences')).toBe(true);
    }
    await page.keyboard.press('Escape');
    await page.waitForSelector('samtycke-preferences dialog', { state: 'detached' });
    expect(await focused(page)).toBe('button Välj själv');
    expect(await remembered(page, 'choices')).toBeUndefined();
  });

  test('who answers by keyboard lands on the button that opens the choices again, and hears what was saved', async () => {
    const { page } = await world.visit();
    await page.focus(`${BANNER} .refuse`);
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('button Kakinställningar');
    expect(await page.textContent('samtycke-banner [role=status]')).toBe('Du har nekat alla utom de nödvändiga.');
    await page.keyboard.press('Enter');
    await page.waitForSelector('samtycke-preferences dialog[open]');
  });

  test.each([
    ['/', 'button Kakinställningar'],
    ['/own-button', 'button Mina kakor'],
    ['/no-button', 'a A link'],
  ])('on %s who answers, in the question or in the settings opened from it, lands on %s', async (path, place) => {
    for (const way of ['banner', 'settings']) {
      const { page } = await world.visit(path);
      await page.waitForSelector(BANNER);
      if (path === '/no-button') await page.focus('main a');
      await page.focus(`${BANNER} ${way === 'banner' ? '.refuse' : '.plain'}`);
      await page.keyboard.press('Enter');
      if (way === 'settings') await page.focus('samtycke-preferences .refuse');
      if (way === 'settings') await page.keyboard.press('Enter');
      await page.waitForSelector(`${BANNER}, samtycke-preferences`, { state: 'detached' });
      expect(await focused(page)).toBe(place);
    }
  });

  test('every control has its name and role', async () => {
    const { page } = await world.visit('/en');
    await page.waitForSelector(BANNER);
    await page.getByRole('region', { name: 'May we use more cookies?' }).waitFor();
    await page.getByRole('button', { name: 'Choose' }).first().click();
    await page.getByRole('dialog', { name: 'Cookie settings' }).waitFor();
    const box = page.getByRole('switch', { name: 'Statistics' });
    expect(await box.getAttribute('aria-describedby')).toBe('statistics-what');
    await page.getByRole('button', { name: 'Close without changing' }).click();
  });

  test('what has the focus is not hidden behind the question', async () => {
    const { page } = await world.visit('/', { viewport: { width: 800, height: 600 } });
    await page.waitForSelector(BANNER);
    await page.focus('#end');
    const [link, banner] = [await page.locator('#end').boundingBox(), await page.locator(BANNER).boundingBox()];
    expect((link?.y ?? 0) + (link?.height ?? 0)).toBeLessThanOrEqual(banner?.y ?? 0);
  });
});

test('who wants less motion sees none; colours and shape follow the custom properties of the page, whatever names it has for its own', async () => {
  world.pages.set('/themed', { head: '<style>:root{--surface:rgb(9, 9, 9);--ink:red;--button:red;--radius:9px;--_s:red}samtycke-banner{--samtycke-surface:var(--surface);--samtycke-button:rgb(80, 0, 120);--samtycke-on-button:rgb(255, 255, 255);--samtycke-radius:0px}</style>' });
  const { page } = await world.visit('/themed', { reducedMotion: 'no-preference' });
  const animated = (): Promise<string> => page.locator(BANNER).evaluate((region) => getComputedStyle(region).animationName);
  await page.waitForSelector(BANNER);
  expect(await animated()).toBe('come');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await animated()).toBe('none');
  expect(await page.locator(BANNER).evaluate((region) => getComputedStyle(region).backgroundColor)).toBe('rgb(9, 9, 9)');
  for (const kind of ['refuse', 'accept']) expect(await page.locator(`${BANNER} .${kind}`).evaluate((button) => `${getComputedStyle(button).backgroundColor} ${getComputedStyle(button).borderRadius}`)).toBe('rgb(80, 0, 120) 0px');
});
