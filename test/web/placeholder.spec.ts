import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { until } from '#testing';
import { BANNER, deviceOf, isRecorded, may, press, startWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.pages.set('/inner', { script: false, body: 'inner' });
  const embed = (purpose: string): string => `<iframe data-purpose="${purpose}" data-src="/inner" title="A film"></iframe>`;
  world.pages.set('/embed', { body: embed('statistics') });
  world.pages.set('/two', { body: embed('statistics site-improvement') });
  world.pages.set('/foreign', { body: embed('statistics newsletter') });
});
afterEach(() => world.leave());
afterAll(() => world?.close());

const YES = 'samtycke-placeholder button.accept';
const ALL = 'samtycke-placeholder button.plain';

test('one press on an embed’s placeholder gives the one yes that it needs, under the text beside it, and nothing else', async () => {
  const { page } = await world.visit('/embed');
  await page.waitForSelector(YES);
  const { body: site } = await world.api.get(`/v1/sites/${world.siteKey}?lang=sv`, undefined, { origin: world.siteUrl }).expect(200);
  const shown = (await page.textContent('samtycke-placeholder section')) ?? '';
  const { title, summary, notice } = (site.purposes as { id: string; title: string; summary: string; notice: string }[]).find(({ id }) => id === 'statistics') ?? { title: '', summary: '', notice: '' };
  for (const words of [title, summary, site.controller, site.words.scope]) expect(shown).toContain(words);
  await page.click('samtycke-placeholder summary');
  await page.waitForSelector('samtycke-placeholder details p');
  await page.click(YES);
  await page.frameLocator('iframe').locator('text=inner').waitFor();
  expect(await page.locator('samtycke-placeholder').count()).toBe(0);
  expect(await page.evaluate(() => window.samtycke?.change.granted)).toEqual(['statistics']);
  await isRecorded(page);
  const device = await deviceOf(page);
  expect([await world.stateOf(device, 'statistics'), await world.stateOf(device, 'site-improvement')]).toMatchObject([{ status: 'given', allowed: true }, { allowed: false }]);
  const { rows } = await world.api.fresh.pool.query<{ bytes: Buffer }>(`SELECT bytes FROM events WHERE person = $1 AND type = 'consent-granted'`, [device]);
  expect(rows.map(({ bytes }) => JSON.parse(bytes.toString()) as object)).toMatchObject([{ purpose: 'statistics', notice: { id: notice, locale: 'sv' }, capture: { method: 'placeholder', point: 'placeholder' } }]);
});

test('the rest of the question stays open, the yes is told, and it is taken back as it was given: by one press, and the embed is gone', async () => {
  const { page } = await world.visit('/embed');
  await page.click(YES);
  await page.waitForSelector('samtycke-placeholder', { state: 'detached' });
  expect(await page.locator(BANNER).count()).toBe(1);
  expect(await page.textContent('samtycke-banner [role=status]')).toBe('Dina val är sparade.');
  expect(await page.evaluate(() => document.activeElement?.localName)).toBe('iframe');
  await press(page, 'refuse');
  await page.waitForSelector(YES);
  expect([await page.getAttribute('iframe', 'src'), await may(page, 'statistics')]).toEqual([null, false]);
});

test('an embed with several purposes asks for all of them at once, by name', async () => {
  const { page } = await world.visit('/two');
  await page.click(YES);
  await page.frameLocator('iframe').locator('text=inner').waitFor();
  expect(await page.evaluate(() => window.samtycke?.change.granted.sort())).toEqual(['site-improvement', 'statistics']);
});

test('the way to all choices is there too, and the only one where the embed needs what this site cannot ask for', async () => {
  const { page } = await world.visit('/embed');
  await page.click(ALL);
  await page.waitForSelector('samtycke-preferences dialog[open]');
  expect(await may(page, 'statistics')).toBe(false);
  const { page: foreign } = await world.visit('/foreign');
  await foreign.waitForSelector(ALL);
  expect(await foreign.locator(YES).count()).toBe(0);
});

test('a press that no visitor made gives no yes', async () => {
  const { page } = await world.visit('/embed');
  await page.waitForSelector(YES);
  await page.evaluate(() => document.querySelector('samtycke-placeholder')?.shadowRoot?.querySelector<HTMLButtonElement>('.accept')?.click());
  await page.click(ALL);
  await until(async () => (await page.locator('samtycke-preferences dialog[open]').count()) === 1);
  expect(await may(page, 'statistics')).toBe(false);
});
