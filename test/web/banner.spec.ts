import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { get } from 'node:http';
import { until } from '#testing';
import { BANNER, deviceOf, isRecorded, may, posts, press, remembered, startWorld, strictCsp, type World } from './world.js';

const LIMIT = 10_240;
let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.pages.set('/strict', { headers: { 'content-security-policy': strictCsp(world.apiUrl) } });
  world.pages.set('/en', { lang: 'en' });
  world.pages.set('/plain', { lang: '' });
});
afterEach(() => world.leave());
afterAll(() => world.close());

/** The bytes of an answer as a browser gets them, which takes it zipped. */
const received = (path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get(`${world.apiUrl}${path}`, { headers: { 'accept-encoding': 'gzip, deflate, br' } }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length)).on('end', () => resolve(bytes));
    }).on('error', reject);
  });

test('script, banner, styles and one language together have at most 10 kB gzip', async () => {
  const script = await received('/samtycke.js');
  const sizes = await Promise.all(['sv', 'da', 'en'].map(async (lang) => script + (await received(`/v1/sites/${world.siteKey}?lang=${lang}`))));
  process.stdout.write(`script, banner, styles and one language: ${sizes.join(', ')} bytes gzip (sv, da, en; limit ${LIMIT})\n`);
  for (const size of sizes) expect(size).toBeLessThanOrEqual(LIMIT);
});

describe('one line in an empty page', () => {
  test('asks in the first layer, refusing as easily as accepting: same size, same look, one press each, nothing ticked', async () => {
    const { page, complaints } = await world.visit();
    const look = (kind: string): Promise<string> =>
      page.locator(`${BANNER} .${kind}`).evaluate((button) => {
        const { color, backgroundColor, fontSize, fontWeight, borderColor } = getComputedStyle(button);
        const { width, height, top } = button.getBoundingClientRect();
        return JSON.stringify({ color, backgroundColor, fontSize, fontWeight, borderColor, width, height, top });
      });
    expect(await look('refuse')).toBe(await look('accept'));
    expect(await page.locator(`${BANNER} input`).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('a yes is recorded by a device, bound to the notice that was shown and to its page, of which no query and no fragment goes along', async () => {
    const { page, requests } = await world.visit('/?invited=anna@example.se#token');
    await press(page, 'accept');
    const device = await deviceOf(page);
    await isRecorded(page);
    expect(await world.stateOf(device, 'statistics')).toMatchObject({ status: 'given', allowed: true });
    expect(await may(page, 'statistics')).toBe(true);
    const sent = requests.find((request) => request.url().endsWith('/v1/consents'))?.postDataJSON();
    expect(sent).toMatchObject({ notice: { id: 'cookies', version: '1.3', locale: 'sv', snapshot: expect.stringMatching(/^ey/) }, capture: { context: 'cookies', method: 'banner', url: `${world.siteUrl}/` }, occurredAt: expect.any(String) });
    await page.reload();
    expect(await may(page, 'statistics')).toBe(true);
    expect(await page.locator(BANNER).count()).toBe(0);
  });

  test('a refusal sets no id and no cookie, is counted, and is not asked again', async () => {
    const { page, requests } = await world.visit();
    await press(page, 'refuse');
    await page.reload();
    await page.waitForSelector('samtycke-banner .again');
    expect(await page.locator(BANNER).count()).toBe(0);
    expect(await remembered(page, 'device')).toBeUndefined();
    expect(await remembered(page, 'choices')).toMatchObject({ granted: [], by: 'visitor' });
    expect(await page.context().cookies()).toEqual([]);
    expect(posts(requests, world.apiUrl)).toEqual(['shown', 'refused'].map((what) => `/v1/sites/…/counts?what=${what}&locale=sv&notices=cookies@1.3&point=banner`));
    expect(await may(page, 'statistics')).toBe(false);
  });

  test('taking back is as easy as giving, always in reach, and takes the id along', async () => {
    const { page } = await world.visit();
    await press(page, 'accept');
    const device = await deviceOf(page);
    await isRecorded(page);
    await page.click('samtycke-banner .again');
    await page.click('samtycke-preferences .refuse');
    await until(async () => (await remembered(page, 'device')) === undefined);
    expect(await world.stateOf(device, 'statistics')).toMatchObject({ status: 'withdrawn', allowed: false });
    expect(await may(page, 'statistics')).toBe(false);
  });

  test('each purpose is chosen by itself', async () => {
    const { page } = await world.visit();
    await press(page, 'plain');
    expect(await page.locator('samtycke-preferences input:checked').count()).toBe(0);
    await page.check('samtycke-preferences #statistics');
    await page.click('samtycke-preferences .plain');
    const device = await deviceOf(page);
    await isRecorded(page);
    expect(await world.stateOf(device, 'statistics')).toMatchObject({ allowed: true });
    expect(await world.stateOf(device, 'site-improvement')).toMatchObject({ status: 'refused' });
  });

  test('works under a strict policy without unsafe-inline, with Trusted Types, and asks nobody but the api', async () => {
    const { page, requests, complaints } = await world.visit('/strict');
    await press(page, 'plain');
    await page.click('samtycke-preferences summary');
    await page.waitForSelector('samtycke-preferences details h3');
    await page.click('samtycke-preferences .accept');
    await isRecorded(page);
    expect(complaints).toEqual([]);
    expect([...new Set(requests.map((request) => new URL(request.url()).origin))].sort()).toEqual([world.apiUrl, world.siteUrl].sort());
    expect(await page.locator('samtycke-banner .again').evaluate((button) => getComputedStyle(button).position)).toBe('fixed');
  });

  test.each([
    ['/', 'da-DK', 'sv', 'Neka alla'],
    ['/en', 'sv-SE', 'en', 'Refuse all'],
    ['/plain', 'da-DK', 'da', 'Afvis alle'],
    ['/plain', 'fi-FI', 'en', 'Refuse all'],
  ])('%s for a browser in %s speaks %s: the page’s language, then the browser’s', async (path, locale, language, words) => {
    const { page, requests } = await world.visit(path, { locale });
    expect(await page.textContent(`${BANNER} .refuse`)).toBe(words);
    expect(await page.getAttribute('samtycke-banner', 'lang')).toBe(language);
    await press(page, 'accept');
    await isRecorded(page);
    expect(requests.find((request) => request.url().endsWith('/v1/consents'))?.postDataJSON().notice.locale).toBe(language);
  });
});

describe('the whole text', () => {
  const opened = 'samtycke-preferences details';

  test('that cannot be read says so, and is read anew when it is opened again', async () => {
    const { page } = await world.visit();
    const texts = `${world.apiUrl}/v1/notices/**`;
    await page.route(texts, (route) => route.abort());
    await press(page, 'plain');
    await page.click(`${opened} summary`);
    await page.waitForSelector(`${opened} [role=status]`);
    await page.unroute(texts);
    await page.click(`${opened} summary`);
    await page.click(`${opened} summary`);
    await page.waitForSelector(`${opened} li`);
    expect(await page.locator(`${opened} [role=status]`).count()).toBe(0);
  });

  test.each([['sv', 'Den här webbplatsen frågar bara om: Statistik.'], ['da', 'Denne hjemmeside spørger kun om: Statistik.'], ['en', 'This website asks only about: Statistics.']])('names first what this site asks about, where the text names more than its key may ask for (%s)', async (lang, words) => {
    const { secret } = await world.api.makeKey({ kind: 'site', owner: 'narrow', origins: [world.siteUrl], purposes: ['statistics'] });
    await until(async () => (await fetch(`${world.apiUrl}/v1/sites/${secret}`, { headers: { origin: world.siteUrl } })).headers.get('access-control-allow-origin') === world.siteUrl);
    world.pages.set('/narrow', { lang, script: false, head: `<script src="${world.apiUrl}/samtycke.js" data-site-key="${secret}"></script>` });
    const { page } = await world.visit('/narrow');
    await press(page, 'plain');
    await page.click(`${opened} summary`);
    await page.waitForSelector(`${opened} li`);
    expect(await page.textContent(`${opened} div > :first-child`)).toContain(words);
    const { page: wide } = await world.visit();
    await press(wide, 'plain');
    await wide.click(`${opened} summary`);
    await wide.waitForSelector(`${opened} li`);
    expect(await wide.textContent(`${opened} div`)).not.toContain('frågar bara om');
  });

  test('is there once, also where it is closed and opened while it is read', async () => {
    const { page } = await world.visit();
    await press(page, 'plain');
    await page.click(`${opened} summary`);
    await page.waitForSelector(`${opened} li`);
    const once = await page.locator(`${opened} li`).count();
    const other = await world.visit();
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    await other.page.route(`${world.apiUrl}/v1/notices/**`, (route) => held.then(() => route.continue()));
    await press(other.page, 'plain');
    for (let times = 0; times < 3; times += 1) {
      await other.page.click(`${opened} summary`);
      await other.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    }
    goOn();
    await other.page.waitForSelector(`${opened} li`);
    await other.page.waitForLoadState('networkidle');
    expect(await other.page.locator(`${opened} li`).count()).toBe(once);
  });
});
