import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { until } from '#testing';
import { enter as enterKey, expectSound, visitsTo } from './visits.js';
import { askApi } from './website-stack.js';

const DAY_MS = 86_400_000;
/** Versions that no other test counts under. */
const TEXTS: [notice: string, version: string, locale: string, yes: number][] = [['seen-cookies', '2.0', 'sv', 0.62], ['seen-cookies', '2.0', 'da', 0.55], ['seen-cookies', '1.9', 'sv', 0.48], ['seen-cookies', '1.9', 'en', 0.41]];

const { stack, visit } = visitsTo('/statistics', '#gate:not([hidden])', { locale: 'en-GB' });
const enter = (page: Page, key = stack.keys['audit:read']): Promise<void> => enterKey(page, key);

const dayOf = (ago: number): string => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);

/** A month of answers: the older version before, the newer one since ten days. */
async function fill(): Promise<void> {
  const { databaseUrl } = JSON.parse(await readFile(process.env.TEST_STACK_RUN_JSON ?? '', 'utf8')) as { databaseUrl: string };
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const ledger = (await client.query<{ id: number }>('SELECT id FROM ledgers')).rows[0]?.id;
  const add = (day: string, source: string, [notice, version, locale]: string[], what: string, count: number) =>
    client.query('INSERT INTO notice_counts VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING', [ledger, day, source, 'banner', notice, version, locale, what, Math.round(count)]);
  for (let ago = 1; ago < 40; ago += 1) {
    for (const [notice, version, locale, yes] of TEXTS) {
      if ((version === '2.0') !== ago < 10) continue;
      const shown = 300 + 80 * Math.sin(ago) + (locale === 'sv' ? 400 : 0);
      const share = yes + 0.06 * Math.sin(ago * 1.7);
      const counts = { shown, accepted: shown * 0.7 * share, chosen: shown * 0.7 * 0.12, refused: shown * 0.7 * (0.88 - share), withdrawn: 4 + 3 * Math.cos(ago) };
      for (const [what, count] of Object.entries(counts)) await add(dayOf(ago), ago % 9 === 0 ? 'seen-shop' : 'seen-site', [notice, version, locale], what, count);
    }
    await add(dayOf(ago), 'seen-site', ['seen-letter', '1.3', 'sv'], 'requested', 20 + ago / 2);
    await add(dayOf(ago), 'seen-site', ['seen-letter', '1.3', 'sv'], 'accepted', 15 + ago / 3);
    await add(dayOf(ago), 'seen-site', ['seen-letter', '1.3', 'sv'], 'confirmed', 15 + ago / 3);
    await client.query(`INSERT INTO link_counts VALUES ($1, $2, 'unsubscribe', 'opened', 61), ($1, $2, 'unsubscribe', 'pressed', 7) ON CONFLICT DO NOTHING`, [ledger, dayOf(ago)]);
  }
  const mixed = { requested: 5, accepted: 6, confirmed: 3, refused: 1 };
  for (const [what, count] of Object.entries(mixed)) await add(dayOf(2), 'seen-site', ['seen-mixed', '1.0', 'sv'], what, count);
  await client.end();
}

beforeAll(fill);

const cardOf = (page: Page, title: string, language: string) => page.locator('#texts > li').filter({ has: page.getByRole('heading', { name: title, exact: true }) }).filter({ has: page.locator('.tag', { hasText: language }) });

describe('the page of answers', () => {
  test('shows nothing without a key that may see it', async () => {
    const page = await visit();
    expect(await page.locator('#board').isVisible()).toBe(false);
    await enter(page, stack.keys['consents:write']);
    await page.waitForSelector('#gate-trouble:has-text("it needs audit:read")');
    await enter(page, stack.keys['systems:write']);
    await page.waitForSelector('#gate-trouble:has-text("it needs audit:read")');
    expect(await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie])).toEqual([0, 0, '']);
    const policy = (await fetch(`${stack.urls.api}/statistics`)).headers.get('content-security-policy');
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).not.toMatch(/unsafe|https?:/);
  });

  test('says of each text and language how often it was shown and answered, as the api says it, in cards, chart and table', async () => {
    const page = await visit();
    const broken: string[] = [];
    page.on('console', (message) => message.type() === 'error' && broken.push(message.text()));
    page.on('pageerror', (error) => broken.push(error.message));
    await enter(page);
    await page.waitForSelector('#texts .big');
    const { body } = await askApi(stack, 'audit:read', `/v1/statistics?from=${dayOf(29)}&by=notice,version,locale`);
    const row = (body.rows as Record<string, number | string>[]).find((one) => one.notice === 'seen-cookies' && one.version === '2.0' && one.locale === 'da') as Record<string, number>;
    const answers = Number(row.accepted) + Number(row.chosen) + Number(row.refused);
    const words = await cardOf(page, 'seen-cookies 2.0', 'Danish').innerText();
    expect(words).toContain(`${Math.round((100 * Number(row.accepted)) / answers)} %`);
    expect(words).toContain(`of ${answers.toLocaleString('en-GB')} answers`);
    expect(words).toContain(Number(row.shown).toLocaleString('en-GB'));
    expect(await page.locator('#chart canvas').evaluate((canvas: HTMLCanvasElement) => canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0))).toBe(true);
    expect(await page.getAttribute('#chart', 'aria-label')).toMatch(/yes to all[^]*seen-cookies 2\.0 · da \d+ %[^]*table below/);
    await page.click('summary');
    expect(await page.locator('#table thead th').allInnerTexts()).toEqual(['Day', 'Text', 'Language', 'Shown', 'Signed up', 'Confirmed', 'Yes', 'Some', 'No', 'Taken back']);
    const line = page.locator('#table tbody tr').filter({ hasText: dayOf(3) }).filter({ hasText: 'Danish' }).filter({ hasText: 'seen-cookies' });
    const { body: day } = await askApi(stack, 'audit:read', `/v1/statistics?from=${dayOf(3)}&to=${dayOf(3)}`);
    const counted = (day.rows as Record<string, number | string>[]).find((one) => one.notice === 'seen-cookies' && one.locale === 'da') as Record<string, number>;
    expect((await line.locator('td').allInnerTexts()).slice(2)).toEqual(['shown', 'requested', 'confirmed', 'accepted', 'chosen', 'refused', 'withdrawn'].map((name) => Number(counted[name]).toLocaleString('en-GB')));
    expect(await page.locator('#links').innerText()).toMatch(/opened\s+[\d,]+\s+ended on the page\s+\d+/);
    expect(broken).toEqual([]);
  });

  test('tells a sign-up that was confirmed from a yes that needed none', async () => {
    const page = await visit();
    await enter(page);
    await page.waitForSelector('#texts .big');
    const words = async (title: string): Promise<string> => (await cardOf(page, title, 'Swedish').innerText()).replace(/\s+/g, ' ');
    expect(await words('seen-mixed 1.0')).toMatch(/ 60 % confirmed, of 5 sign-ups confirmed 60 % not confirmed 40 % shown 0 confirmed 3 taken back 0 answered without a sign-up 4$/);
    expect(await words('seen-letter 1.3')).not.toContain('without a sign-up');
    expect(await page.getAttribute('#chart', 'aria-label')).toContain('seen-mixed 1.0 · sv 67 %');
    await page.click('summary');
    const line = page.locator('#table tbody tr').filter({ hasText: 'seen-mixed' });
    expect((await line.locator('td').allInnerTexts()).slice(2)).toEqual(['0', '5', '3', '6', '0', '1', '0']);
  });

  test('is operated by keyboard: another time, another measure, who collected', async () => {
    const page = await visit();
    await enter(page);
    await page.waitForSelector('#texts .big');
    await page.focus('input[name=measure]:checked');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.waitForSelector('#chart-title:has-text("no to all")');
    await page.selectOption('#source', 'seen-shop');
    await until(async () => (await page.locator('#texts > li').count()) === 4, { what: 'the texts of the shop alone' });
    await page.focus('input[name=days]:checked');
    await page.keyboard.press('ArrowLeft');
    await page.waitForSelector('#texts:has-text("Nothing was asked in these days")');
    await page.selectOption('#source', '');
    await until(async () => (await cardOf(page, 'seen-cookies 2.0', 'Danish').count()) === 1, { what: 'the newer version' });
    expect(await cardOf(page, 'seen-cookies 1.9', 'English').count()).toBe(0);
  });

  test('forgets with the key what it showed', async () => {
    const page = await visit();
    await enter(page);
    await page.waitForSelector('#texts .big');
    await page.selectOption('#source', 'seen-shop');
    await page.click('#leave');
    expect(await page.$eval('#board', (board) => [...board.querySelectorAll('#texts, #table, #links, #legend, #reading, #chart')].map(({ innerHTML }) => innerHTML).join(''))).toBe('');
    expect(await page.locator('#source option').allInnerTexts()).toEqual(['everybody']);
    await enter(page);
    await page.waitForSelector('#chart canvas');
    await page.waitForSelector('#source option[value=seen-shop]', { state: 'attached' });
  });

  test('gives the same as CSV', async () => {
    const page = await visit();
    await enter(page);
    await page.waitForSelector('#texts .big');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#csv')]);
    expect(download.suggestedFilename()).toBe('statistics-30-days.csv');
    const text = await readFile(await download.path(), 'utf8');
    expect(text.split('\n')[0]).toBe('day,source,notice,version,locale,shown,requested,accepted,chosen,refused,withdrawn,confirmed');
    expect(text).toMatch(new RegExp(`^${dayOf(3)},seen-site,seen-cookies,2\\.0,da,\\d+,0,\\d+,\\d+,\\d+,\\d+,0$`, 'm'));
  });

  test('what is refused on a page appears within seconds, without reloading', async () => {
    const page = await visit();
    await enter(page);
    await page.waitForSelector('#texts .big');
    const website = await page.context().newPage();
    await website.goto(stack.urls.website);
    await website.click('samtycke-banner .refuse');
    await page.bringToFront();
    await until(async () => (await cardOf(page, 'cookies 1.3', 'English').or(cardOf(page, 'cookies 1.3', 'Swedish')).count()) > 0, { timeoutMs: 20_000, what: 'the refusal to appear' });
  });

  test.each<[string, BrowserContextOptions]>([
    ['on a desk', { viewport: { width: 1280, height: 900 } }],
    ['on a desk in the dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }],
    ['narrow', { viewport: { width: 320, height: 700 } }],
    ['narrow in the dark', { viewport: { width: 320, height: 700 }, colorScheme: 'dark' }],
    ['in forced colours', { viewport: { width: 800, height: 800 }, forcedColors: 'active' }],
  ])('has no accessibility fault and fits its window %s, before and behind the key', async (name, options) => {
    const page = await visit(options);
    const sound = (state: string): Promise<void> => expectSound(page, `statistics-${name}-${state}`);
    await sound('gate');
    await enter(page);
    await page.waitForSelector('#texts .big');
    await sound('board');
    await page.click('summary');
    await sound('table');
  });
});
