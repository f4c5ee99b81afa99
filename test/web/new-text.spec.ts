import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { loadCatalogue } from '#catalogue';
import { loadCatalogueInto } from '#setup';
import { until } from '#testing';
import { someone } from '../setup/api.js';
import { BANNER, deviceOf, isRecorded, may, press, startWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.pages.set('/sign-up', { body: '<samtycke-subscribe></samtycke-subscribe>' });
  world.pages.set('/choices', { body: '<samtycke-preferences></samtycke-preferences>' });
});
afterEach(() => world.leave());
afterAll(() => world.close());

const catalogue = loadCatalogue();

interface Told {
  version: string;
  holds: string[];
}

/** A text that puts the one before out of use, while pages stand open. */
async function publish(id: string, version: string): Promise<void> {
  const from = new Date().toISOString().replace('Z', '000Z');
  const older = catalogue.notices.filter(({ document }) => document.id === id && document.version === '1.3');
  catalogue.notices.push(...older.map((one) => ({ ...one, document: { ...one.document, version, body: `${one.document.body}\n\nText ${version}.` }, change: 'material' as const, from })));
  await loadCatalogueInto(world.api.fresh.options, catalogue);
  const address = id === 'cookies' ? '' : '/forms/newsletter';
  await until(async () => {
    const { notice, notices } = (await (await fetch(`${world.apiUrl}/v1/sites/${world.siteKey}${address}`)).json()) as { notice?: Told; notices?: Record<string, Told> };
    const told = notice ?? notices?.[id];
    return told?.version === version && !told.holds.includes('1.3');
  }, { timeoutMs: 20_000 });
}

test('a page that asked under a text that is out of use asks again under the one in use', async () => {
  const { page, requests } = await world.visit('/choices');
  await page.waitForSelector(BANNER);
  await publish('cookies', '2.0');
  const refused = page.waitForResponse((response) => response.url().endsWith('/v1/consents') && response.status() === 422);
  await press(page, 'accept');
  await refused;
  await page.waitForSelector(BANNER);
  await page.waitForResponse((response) => response.url().includes(`/v1/sites/${world.siteKey}?`));
  await page.locator('samtycke-preferences summary').click();
  await page.waitForSelector('samtycke-preferences details >> text=Text 2.0.');
  expect(await may(page, 'statistics')).toBe(false);
  await press(page, 'accept');
  const device = await deviceOf(page);
  await isRecorded(page);
  expect(await world.stateOf(device, 'statistics')).toMatchObject({ status: 'given' });
  expect(requests.findLast((request) => request.url().endsWith('/v1/consents'))?.postDataJSON().notice.version).toBe('2.0');
  expect(await may(page, 'statistics')).toBe(true);
});

test('a sign-up under a text that is out of use shows the one in use, keeps what was typed, and says why', async () => {
  const { page, requests } = await world.visit('/sign-up');
  const [field, button] = ['samtycke-subscribe input#email', 'samtycke-subscribe button[type=submit]'];
  await page.waitForSelector(field);
  await publish('newsletter-signup', '2.0');
  const { email } = someone();
  await page.fill(field, email);
  await page.click(button);
  await page.waitForSelector('samtycke-subscribe [data-mood=bad]');
  expect(await page.textContent('samtycke-subscribe #answer')).toContain('ändrats');
  expect(await page.inputValue(field)).toBe(email);
  await page.click(button);
  await page.waitForSelector('samtycke-subscribe [data-mood=good]');
  expect(requests.findLast((request) => request.url().endsWith('/v1/consents'))?.postDataJSON().notice.version).toBe('2.0');
});
