import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Request } from 'playwright-core';
import { loadCatalogue } from '#catalogue';
import { loadCatalogueInto } from '#setup';
import { until } from '#testing';
import { someone } from '../setup/api.js';
import { BANNER, deviceOf, isRecorded, may, press, startWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.pages.set('/sign-up', { body: '<samtycke-subscribe></samtycke-subscribe>' });
  world.pages.set('/own', { body: `<button onclick="samtycke.grant('statistics')">Statistik</button><samtycke-preferences></samtycke-preferences>` });
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
    return told?.version === version && told.holds.join() === version;
  }, { timeoutMs: 20_000 });
}

const reads = (requests: Request[], path = ''): Request[] => requests.filter((request) => request.url().includes(`/v1/sites/${world.siteKey}${path}?`));

test('a page that asked under a text that is out of use asks again under the one in use', async () => {
  const { page, requests } = await world.visit('/choices');
  await page.waitForSelector(BANNER);
  await publish('cookies', '2.0');
  const refused = page.waitForResponse((response) => response.url().endsWith('/v1/consents') && response.status() === 422);
  const read = page.waitForResponse((response) => response.url().includes(`/v1/sites/${world.siteKey}?`));
  await press(page, 'accept');
  await refused;
  await page.waitForSelector(BANNER);
  await read;
  await page.locator('samtycke-preferences summary').click();
  await page.waitForSelector('samtycke-preferences details >> text=Text 2.0.');
  expect(await may(page, 'statistics')).toBe(false);
  await press(page, 'accept');
  const device = await deviceOf(page);
  await isRecorded(page);
  expect(await world.stateOf(device, 'statistics')).toMatchObject({ status: 'given' });
  expect(requests.findLast((request) => request.url().endsWith('/v1/consents'))?.postDataJSON().notice.version).toBe('2.0');
  expect(await may(page, 'statistics')).toBe(true);
  expect(reads(requests)).toHaveLength(2);
});

test('what a visitor has ticked and not saved stays where a yes was refused and the text is the same, and the question is shown once', async () => {
  const { page, requests } = await world.visit('/own');
  await page.waitForSelector(BANNER);
  await page.check('samtycke-preferences #site-improvement');
  await page.route(`${world.apiUrl}/v1/consents`, (route) => {
    const { notice, ...said } = route.request().postDataJSON() as { notice: object };
    return route.continue({ postData: { ...said, notice: { ...notice, snapshot: 'of another text' } } });
  });
  const refused = page.waitForResponse((response) => response.url().endsWith('/v1/consents') && response.status() === 422);
  const read = page.waitForResponse((response) => response.url().includes(`/v1/sites/${world.siteKey}?`));
  await page.click('main > button');
  await refused;
  await (await read).finished();
  await until(async () => !(await may(page, 'statistics')));
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  expect(await page.isChecked('samtycke-preferences #site-improvement')).toBe(true);
  expect(requests.filter((request) => request.url().includes('what=shown'))).toHaveLength(1);
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

test('a sign-up that a route has taken away reads and shows nothing any more', async () => {
  const { page, requests } = await world.visit('/sign-up');
  const field = 'samtycke-subscribe input#email';
  await page.waitForSelector(field);
  await page.evaluate(() => document.querySelector('samtycke-subscribe')?.replaceWith(document.createElement('samtycke-subscribe')));
  await page.waitForSelector(field);
  await publish('newsletter-signup', '3.0');
  const before = requests.length;
  await page.fill(field, someone().email);
  await page.keyboard.press('Enter');
  await page.waitForSelector('samtycke-subscribe [data-mood=bad]');
  await page.click('samtycke-subscribe button[type=submit]');
  await page.waitForSelector('samtycke-subscribe [data-mood=good]');
  expect(reads(requests.slice(before), '/forms/newsletter')).toHaveLength(1);
  expect(requests.slice(before).filter((request) => request.url().includes('what=shown'))).toHaveLength(1);
});
