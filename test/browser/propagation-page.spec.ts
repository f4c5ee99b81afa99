import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createProxy, until } from '#testing';
import { enter as enterKey, expectSound, visitsTo } from './visits.js';
import { askApi, newAddress } from './website-stack.js';

const { stack, visit } = visitsTo('/propagation', '#gate:not([hidden])', { locale: 'en-GB' });
const enter = (page: Page, key = stack.keys['audit:read']): Promise<void> => enterKey(page, key);

async function withdraw(): Promise<void> {
  const subject = { email: newAddress() };
  await askApi(stack, 'consents:write', '/v1/consents', { subject, decisions: [{ purpose: 'newsletter', decision: 'grant', channels: ['email'] }], notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' } });
  await askApi(stack, 'consents:write', '/v1/consents', { subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] });
}

const cardOf = (page: Page, system: string) => page.locator('#systems > li').filter({ has: page.getByRole('heading', { name: system, exact: true }) });

async function countOf(page: Page, system: string): Promise<number> {
  const words = await cardOf(page, system).locator('.big span').innerText();
  return Number(/of ([\d,]+)/.exec(words)?.[1]?.replace(',', '') ?? 0);
}

describe('the live page of delays', () => {
  test('shows nothing without a key that may see it, and says what is wrong with one that may not', async () => {
    const page = await visit();
    expect(await page.locator('#board').isVisible()).toBe(false);
    await enter(page, 'x'.repeat(40));
    await page.waitForSelector('#gate-trouble:has-text("does not know the key")');
    await enter(page, stack.keys['consents:write']);
    await page.waitForSelector('#gate-trouble:has-text("audit:read")');
    expect(await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie])).toEqual([0, 0, '']);
    const policy = (await fetch(`${stack.urls.api}/propagation`)).headers.get('content-security-policy');
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).not.toMatch(/unsafe|https?:/);
  });

  test('a withdrawal appears within seconds with the milliseconds of each system, without reloading; the key stays in the tab', async () => {
    const page = await visit();
    const foreign: string[] = [];
    const broken: string[] = [];
    page.on('request', (request) => !request.url().startsWith(stack.urls.api) && foreign.push(request.url()));
    page.on('console', (message) => message.type() === 'error' && broken.push(message.text()));
    page.on('pageerror', (error) => broken.push(error.message));
    await enter(page);
    await page.waitForSelector('#live[data-state=on]');
    const before = await countOf(page, 'newsletter');
    await withdraw();
    await until(async () => (await countOf(page, 'newsletter')) > before, { timeoutMs: 10_000, what: 'the withdrawal to appear' });
    expect(await cardOf(page, 'newsletter').locator('.big strong').innerText()).toMatch(/^\d+ (ms|s)$/);
    expect(await cardOf(page, 'newsletter').innerText()).toMatch(/within 5 s[^]*in time[^]*Last acted (just now|\d+ s ago)|in time[^]*within 5 s[^]*Last acted (just now|\d+ s ago)/);
    expect(await page.locator('#chart canvas').evaluate((canvas: HTMLCanvasElement) => canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0))).toBe(true);
    expect(await page.getAttribute('#chart', 'aria-label')).toMatch(/newsletter \d+ (ms|s)/);
    await page.reload();
    await page.waitForSelector('#live[data-state=on]');
    await page.click('#leave');
    expect(await page.locator('#board').isVisible()).toBe(false);
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(foreign).toEqual([]);
    expect(broken).toEqual([]);
  });

  test('every choice is made by keyboard, and the table says what the chart shows', async () => {
    const page = await visit();
    await withdraw();
    await enter(page);
    await page.waitForSelector('#live[data-state=on]');
    await page.keyboard.press('Tab');
    await page.focus('input[name=window]:checked');
    await page.keyboard.press('ArrowRight');
    await page.waitForSelector('input[name=window][value="60"]:checked');
    await page.focus('summary');
    await page.keyboard.press('Enter');
    await until(async () => (await page.locator('#table tbody tr').count()) > 0, { timeoutMs: 10_000, what: 'rows of the table' });
    expect(await page.locator('#table thead th').allInnerTexts()).toEqual(['From', 'analytics', 'newsletter', 'portal']);
    expect((await page.locator('#table tbody').innerText())).toMatch(/\d+ ms \(\d+\)/);
  });

  test('forgets with the key what it showed, and says at the gate what is wrong with the next one', async () => {
    const page = await visit();
    const left = () => page.$eval('#board', (board) => [...board.querySelectorAll('#systems, #table, #legend, #reading, #chart')].map(({ innerHTML }) => innerHTML).join(''));
    const answered = async (status: number, code: string): Promise<void> => {
      await page.unrouteAll();
      await page.route('**/v1/propagation?*', (route) => route.fulfill({ status, json: { code } }));
    };
    await enter(page);
    await page.waitForSelector('#systems > li');
    await answered(401, 'key_revoked');
    await page.waitForSelector('#gate-trouble:has-text("revoked")');
    expect([await left(), await page.getAttribute('#chart', 'aria-label')]).toEqual(['', 'Chart']);
    await answered(503, 'not_ready');
    await enter(page);
    await page.waitForSelector('#gate-trouble:has-text("does not answer")');
    await page.unrouteAll();
    await enter(page);
    await page.waitForSelector('#chart canvas');
    await page.click('#leave');
    expect(await left()).toBe('');
  });

  test('says of a number of waiting ones that is the least that it is, and then not that there is nothing to do, or all in time', async () => {
    const page = await visit();
    let waiting = 0;
    await page.route('**/v1/propagation?*', async (route) => {
      const response = await route.fetch();
      const report = (await response.json()) as { systems: object[] };
      await route.fulfill({ response, json: { ...report, systems: report.systems.map((system) => ({ ...system, acted: 0, late: 0, waiting, waitingAtLeast: true })) } });
    });
    await enter(page);
    await page.waitForSelector('#systems :text("too much was recorded to tell how many wait")');
    waiting = 4;
    await page.waitForSelector('#systems :text("at least 4 waiting")');
    const words = await page.locator('#systems').innerText();
    expect(words).toContain('none late');
    expect(words).not.toMatch(/nothing to do|in time|no withdrawals/);
  });

  test('says that the ledger does not answer, keeps what it last knew, and goes on by itself', async () => {
    const page = await visit();
    await enter(page);
    await page.waitForSelector('#live[data-state=on]');
    await page.context().setOffline(true);
    await page.waitForSelector('#live[data-state=off]', { timeout: 10_000 });
    expect(await page.locator('#systems > li').count()).toBeGreaterThanOrEqual(3);
    await page.context().setOffline(false);
    await page.waitForSelector('#live[data-state=on]', { timeout: 20_000 });
  });

  test('does not say that it is live where the ledger is reached and says nothing, and goes on by itself', async () => {
    const proxy = await createProxy({ target: () => Number(new URL(stack.urls.api).port) });
    try {
      const page = await visit();
      await page.goto(`http://127.0.0.1:${proxy.port}/propagation`);
      await enter(page);
      await page.waitForSelector('#live[data-state=on]');
      proxy.freeze();
      await page.waitForSelector('#live[data-state=off]');
      expect(await page.locator('#board').isVisible()).toBe(true);
      proxy.mend();
      await page.waitForSelector('#live[data-state=on]');
    } finally {
      proxy.close();
    }
  });

  test.each([
    ['on a desk', { viewport: { width: 1280, height: 900 } }],
    ['on a phone', { viewport: { width: 360, height: 740 } }],
    ['in the dark', { viewport: { width: 1024, height: 900 }, colorScheme: 'dark' as const }],
  ])('has no accessibility fault and fits its window %s, before and behind the key', async (name, options) => {
    const page = await visit(options);
    const sound = (state: string): Promise<void> => expectSound(page, `propagation-${name}-${state}`);
    await sound('gate');
    await enter(page);
    await page.waitForSelector('#systems .big');
    await page.click('summary');
    await sound('board');
  });
});
