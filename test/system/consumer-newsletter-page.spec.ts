import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser, until } from '#testing';
import { createNewsletterWorld, type NewsletterWorld } from './consumer-newsletter-world.js';

let newsletter: NewsletterWorld;
let browser: Browser;
beforeAll(async () => {
  [newsletter, browser] = await Promise.all([createNewsletterWorld(), launchBrowser()]);
  await newsletter.start();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await newsletter?.close();
});

/** A page that notes what should not be: errors, and requests to anybody else. */
async function open(path: string, options: BrowserContextOptions = {}): Promise<{ page: Page; wrong: string[] }> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('request', (request) => !request.url().startsWith(newsletter.url) && wrong.push(request.url()));
  await page.goto(newsletter.url + path);
  return { page, wrong };
}

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(await axeSource);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
    return (await axe.run()).violations.map(({ id }) => id);
  });
}

const listed = (page: Page): Promise<string> => page.locator('.headline-number').innerText();

describe('the newsletter’s page', () => {
  test('follows what happens without being loaded again, within a second, and keeps what is being typed', async () => {
    const { page, wrong } = await open('/');
    const before = Number(await listed(page));
    await page.getByLabel('Ämne').fill('Ett halvt ämne');
    const [person = ''] = await newsletter.subscribe(1);
    await until(async () => Number(await listed(page)) === before + 1, { timeoutMs: 3_000 });
    const from = performance.now();
    await newsletter.world.writer.send(newsletter.world.writer.withdraw(person, 'newsletter', { channels: [] }));
    await until(async () => Number(await listed(page)) === before, { timeoutMs: 3_000, everyMs: 10 });
    expect(performance.now() - from).toBeLessThan(1_000);
    const first = page.locator('.reaction').first();
    expect(await first.innerText()).toMatch(/Tog tillbaka sitt ja[\s\S]*eget beslut[\s\S]*för .* s sen · verkställt på/);
    expect(await page.getByLabel('Ämne').inputValue()).toBe('Ett halvt ämne');
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  test('follows again though what lies between has refused it once, as a proxy does while the newsletter starts', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.clock.install();
    await page.route('**/live', (route) => route.fulfill({ status: 502, body: '' }), { times: 1 });
    const refused = page.waitForResponse((response) => response.status() === 502);
    await page.goto(newsletter.url);
    await refused;
    const before = Number(await listed(page));
    await newsletter.subscribe(1);
    await page.clock.fastForward(10_000);
    await until(async () => Number(await listed(page)) === before + 1, { timeoutMs: 10_000 });
    await page.context().close();
  });

  test('sends an issue by keyboard alone, and shows what became of it', async () => {
    await newsletter.subscribe(2);
    const { page, wrong } = await open('/');
    await page.getByLabel('Ämne').focus();
    await page.keyboard.type('Nytt i november');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Hej!');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Pro');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/issues\//);
    await page.getByText('Klart').waitFor();
    expect(await page.locator('h1').innerText()).toBe('Nytt i november');
    expect(await page.locator('.counts').innerText()).toMatch(/har fått brevet/);
    await page.getByText('Område: Produkter').waitFor();
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  test('says what is wrong with an issue, keeps the rest, and is there in English', async () => {
    const { page } = await open('/');
    await page.getByRole('link', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Write an issue' }).waitFor();
    await page.evaluate(() => document.querySelector('form')?.setAttribute('novalidate', ''));
    await page.getByLabel('Text').fill('A text without a subject');
    await page.getByRole('button').click();
    await page.getByText('Write a subject of at most 200 characters.').waitFor();
    expect(await page.getByLabel('Text').inputValue()).toBe('A text without a subject');
    expect(await page.getByLabel('Subject').getAttribute('aria-invalid')).toBe('true');
    expect(await violations(await withoutPolicy(page))).toEqual([]);
    await page.context().close();
  });

  /** The ids under which issues were sent from a page that stays, as one does that its browser keeps. */
  async function sendsFrom(page: Page): Promise<string[]> {
    const ids: string[] = [];
    await page.route('**/issues', (route) => {
      ids.push(new URLSearchParams(route.request().postData() ?? '').get('id') ?? '');
      return route.fulfill({ status: 204 });
    });
    return ids;
  }
  const comesBack = (page: Page): Promise<boolean> => page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));

  test('that the browser kept sends another issue as another one, and the same one as the same', async () => {
    const { page } = await open('/');
    const ids = await sendsFrom(page);
    const send = async (subject: string): Promise<void> => {
      const sent = ids.length;
      await page.getByLabel('Ämne').fill(subject);
      await page.getByRole('button').click();
      await until(() => ids.length > sent);
      await comesBack(page);
    };
    await page.getByLabel('Text').fill('Hej!');
    for (const subject of ['Ett', 'Ett', 'Två', 'Två']) await send(subject);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(ids[3]).toBe(ids[2]);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    await page.context().close();
  });

  test('says of another issue under the same id that it was not sent, and keeps it; a second press sends it', async () => {
    const id = await newsletter.write({ subject: 'Ett' });
    const { page } = await open('/');
    await page.locator('input[name=id]').evaluate((field: HTMLInputElement, value) => void (field.value = value), id);
    await page.getByLabel('Ämne').fill('Två');
    await page.getByLabel('Text').fill('Hej igen!');
    const answer = page.waitForResponse('**/issues');
    await page.getByRole('button').click();
    expect((await answer).status()).toBe(409);
    await page.getByText('Brevet skickades inte, för ett annat har redan skickats').waitFor();
    expect([await page.getByLabel('Ämne').inputValue(), await page.getByLabel('Text').inputValue()]).toEqual(['Två', 'Hej igen!']);
    await page.getByRole('button').click();
    await page.waitForURL(/\/issues\/[0-9a-f]/);
    expect(await page.locator('h1').innerText()).toBe('Två');
    const post = (subject: string) => fetch(`${newsletter.url}/issues`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id, subject, body: 'Hej!\n\nTre nyheter.' }) });
    const [same, other] = [await post('Ett'), await post('Tre')];
    expect([same.status, await same.json(), other.status, await other.json()]).toEqual([201, { id }, 409, { wrong: ['id'] }]);
    await page.context().close();
  });

  test('keeps the place of the keyboard in the list of issues, and says what happens in the line that was there already', async () => {
    await newsletter.write({ subject: 'Med fokus' });
    const { page } = await open('/');
    await page.getByRole('link', { name: 'Med fokus' }).focus();
    const line = await page.locator('[role=status]').elementHandle();
    const [person = ''] = await newsletter.subscribe(1);
    await newsletter.world.writer.send(newsletter.world.writer.withdraw(person, 'newsletter', { channels: [] }));
    await newsletter.write({ subject: 'Ett till' });
    await page.getByRole('link', { name: 'Ett till' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Med fokus');
    await until(async () => (await line?.evaluate((one) => one.isConnected && one.textContent)) === 'Tog tillbaka sitt ja – eget beslut');
    await page.context().close();
  });

  const looks: BrowserContextOptions[] = [
    { colorScheme: 'light', viewport: { width: 1280, height: 900 } },
    { colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
    { colorScheme: 'light', viewport: { width: 320, height: 700 } },
  ];
  test.each(looks)('is accessible and fits: %j', async (look) => {
    const id = await newsletter.write();
    for (const path of ['/', `/issues/${id}`, '/issues/none']) {
      const { page } = await open(path, { ...look, bypassCSP: true });
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      await page.context().close();
    }
  });
});

/** The same page and state where the test's own script may run. */
async function withoutPolicy(page: Page): Promise<Page> {
  const context = await browser.newContext({ bypassCSP: true });
  const copy = await context.newPage();
  await copy.goto(newsletter.url);
  await copy.setContent(await page.content());
  return copy;
}
