import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { StatisticsRow } from '#statistics';
import { until } from '#testing';
import { BANNER, isRecorded, press, remembered, startWorld, type Visit, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.pages.set('/da', { lang: 'da' });
  world.pages.set('/own', { body: `<button onclick="samtycke.grant('statistics')">Statistik</button>` });
  world.pages.set('/sign-up', { body: '<samtycke-subscribe purpose="newsletter" point="site-footer"></samtycke-subscribe>' });
});
afterEach(() => world.leave());
afterAll(() => world.close());

type Found = Record<string, number>;
const KINDS = ['shown', 'requested', 'accepted', 'chosen', 'refused', 'withdrawn'] as const;

/** What is counted today, by text, language, point and kind. */
async function counted(): Promise<Found> {
  const { body } = await world.api.get('/v1/statistics?by=source,point,notice,version,locale', world.api.keys['audit:read']).expect(200);
  const found = (body.rows as StatisticsRow[]).flatMap((row) => KINDS.map((kind) => [`${row.source} ${row.point} ${row.notice} ${row.version} ${row.locale} ${kind}`, row[kind]] as const));
  return Object.fromEntries(found.filter(([, count]) => count > 0));
}

const COOKIES = (kind: string, locale = 'sv', point = 'banner'): string => `site ${point} cookies 1.3 ${locale} ${kind}`;
const SETTINGS = (kind: string): string => COOKIES(kind, 'sv', 'settings');

/** Counts rise by exactly this, and stay so. */
async function rises(act: () => Promise<unknown>, by: Found): Promise<void> {
  const before = await counted();
  await act();
  const expected = { ...before };
  for (const [name, count] of Object.entries(by)) expected[name] = (expected[name] ?? 0) + count;
  await until(async () => JSON.stringify(sorted(await counted())) === JSON.stringify(sorted(expected)), { what: `counts to be ${JSON.stringify(by)} more` }).catch(async () => expect(await counted()).toEqual(expected));
}

const sorted = (found: Found): [string, number][] => Object.entries(found).sort();

/** A visit that has been asked; its request is over. */
async function visit(path = '/', options: BrowserContextOptions = {}): Promise<Visit> {
  const found = await world.visit(path, options);
  await found.page.waitForSelector(BANNER);
  return found;
}

async function inSettings(page: Page, kind: 'refuse' | 'accept'): Promise<void> {
  await page.click('samtycke-banner .again');
  await page.click(`samtycke-preferences .${kind}`);
}

const isSettled = (page: Page): Promise<unknown> => until(async () => (await remembered(page, 'device')) === undefined);

test('three visitors of whom one accepts, one refuses and one chooses are three showings, one yes, one no and one choice', async () => {
  await rises(async () => {
    const [one, two, three] = [await visit(), await visit(), await visit()];
    await press(one.page, 'accept');
    await isRecorded(one.page);
    await press(two.page, 'refuse');
    await press(three.page, 'plain');
    await three.page.check('samtycke-preferences #statistics');
    await three.page.click('samtycke-preferences .plain');
    await isRecorded(three.page);
  }, { [COOKIES('shown')]: 3, [COOKIES('accepted')]: 1, [COOKIES('refused')]: 1, [SETTINGS('chosen')]: 1 });
});

test('a page that is seen again without an answer is shown again; one that has its answer is not', async () => {
  await rises(async () => {
    const { page } = await visit();
    await page.reload();
    await page.waitForSelector(BANNER);
    await press(page, 'accept');
    await isRecorded(page);
    await page.reload();
    await page.waitForSelector('samtycke-banner .again');
  }, { [COOKIES('shown')]: 2, [COOKIES('accepted')]: 1 });
});

test('taking back is counted once, also where it takes the id along', async () => {
  await rises(async () => {
    const { page } = await visit();
    await press(page, 'accept');
    await isRecorded(page);
    await inSettings(page, 'refuse');
    await isSettled(page);
  }, { [COOKIES('shown')]: 1, [COOKIES('accepted')]: 1, [SETTINGS('withdrawn')]: 1 });
});

test('each answer counts where it was given: in the banner, in the preference centre, by a control of the page', async () => {
  await rises(async () => {
    const { page } = await visit('/own');
    await page.click('main button');
    await isRecorded(page);
    await page.evaluate(() => window.samtycke?.withdraw());
    await isSettled(page);
    const other = await visit();
    await press(other.page, 'plain');
    await other.page.click('samtycke-preferences .refuse');
  }, { [COOKIES('shown')]: 2, [COOKIES('accepted', 'sv', 'page')]: 1, [COOKIES('withdrawn', 'sv', 'page')]: 1, [SETTINGS('refused')]: 1 });
});

test('a refusal that is told while the page is being left still counts', async () => {
  await rises(async () => {
    const { page } = await visit();
    await page.evaluate(() => {
      (document.querySelector('samtycke-banner')?.shadowRoot?.querySelector('.refuse') as HTMLElement).click();
      location.href = 'about:blank';
    });
  }, { [COOKIES('shown')]: 1, [COOKIES('refused')]: 1 });
});

test('each language counts by itself', async () => {
  await rises(async () => {
    const { page } = await visit('/da', { locale: 'da-DK' });
    await press(page, 'refuse');
  }, { [COOKIES('shown', 'da')]: 1, [COOKIES('refused', 'da')]: 1 });
});

test('a sign-up form counts where it stands, and its request where it is typed', async () => {
  const form = (kind: string): string => `site site-footer newsletter-signup 1.3 sv ${kind}`;
  await rises(async () => {
    const { page } = await visit('/sign-up');
    await page.fill('samtycke-subscribe input', `person.${process.pid}@example.se`);
    await page.click('samtycke-subscribe button');
    await page.waitForSelector('samtycke-subscribe [data-mood=good]');
  }, { [COOKIES('shown')]: 1, [form('shown')]: 1, [form('requested')]: 1 });
});

test('a browser that signals Global Privacy Control is asked nothing, and counts as nothing', async () => {
  await rises(async () => {
    const { page } = await world.visit('/', { extraHTTPHeaders: { 'sec-gpc': '1' } });
    await page.waitForSelector('samtycke-banner .again');
    expect(await page.locator(BANNER).count()).toBe(0);
    const after = await visit();
    await press(after.page, 'refuse');
  }, { [COOKIES('shown')]: 1, [COOKIES('refused')]: 1 });
});

test('counting sends no cookie, no body, nothing of the visitor, and leaves nothing on the device', async () => {
  const { page, requests } = await visit('/', { extraHTTPHeaders: { dnt: '1' } });
  const stored = (): Promise<unknown> => page.evaluate(() => [document.cookie, Object.keys(localStorage), Object.keys(sessionStorage)]);
  expect(await stored()).toEqual(['', [], []]);
  expect(await page.context().cookies()).toEqual([]);
  await press(page, 'refuse');
  const told = await until(() => {
    const all = requests.filter((request) => request.url().includes('/counts'));
    return all.length === 2 && all;
  });
  for (const request of told) {
    expect(request.postData()).toBeNull();
    expect(Object.keys(await request.allHeaders())).not.toEqual(expect.arrayContaining(['cookie']));
    expect(new URL(request.url()).search).toMatch(/^\?what=(shown|refused)&locale=sv&notices=cookies@1\.3&point=banner$/);
  }
  expect(await page.evaluate(() => Object.keys(localStorage).sort())).toEqual(['samtycke.choices', 'samtycke.outbox']);
});
