import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { until } from '#testing';
import { BANNER, deviceOf, isRecorded, may, press, remembered, startWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterEach(() => world.leave());
afterAll(() => world.close());

const apiIsAway = (page: Page): Promise<unknown> => page.route(`${world.apiUrl}/v1/**`, (route) => route.abort());
const apiIsBack = (page: Page): Promise<unknown> => page.unroute(`${world.apiUrl}/v1/**`);

describe('while the api is away', () => {
  test('a yes still counts, and can be taken back where it was given: the ledger hears of it later', async () => {
    const { page } = await world.visit();
    await press(page, 'accept');
    const device = await deviceOf(page);
    await isRecorded(page);
    await apiIsAway(page);
    await page.reload();
    expect(await may(page, 'statistics')).toBe(true);
    await page.click('samtycke-banner .again');
    await page.click('samtycke-preferences .refuse');
    expect(await may(page, 'statistics')).toBe(false);
    await page.reload();
    expect(await may(page, 'statistics')).toBe(false);
    await apiIsBack(page);
    await page.reload();
    await until(async () => (await world.stateOf(device, 'statistics')).status === 'withdrawn');
  });

  test('an answer that nobody can read is no answer: what was asked last is kept, and a no arrives', async () => {
    const { page } = await world.visit();
    await press(page, 'accept');
    const device = await deviceOf(page);
    await isRecorded(page);
    const kept = await until(() => remembered(page, 'site'));
    for (const body of ['<p>Sign in to this network', 'null', '{"purposes":{}}']) {
      await page.route(`${world.apiUrl}/v1/sites/**`, (route) => route.fulfill({ headers: { 'access-control-allow-origin': '*' }, contentType: 'application/json', body }));
      await page.reload();
      expect(await may(page, 'site-improvement')).toBe(true);
    }
    await page.evaluate(() => window.samtycke?.withdraw('statistics'));
    await until(async () => (await world.stateOf(device, 'statistics')).status === 'withdrawn');
    expect(await remembered(page, 'site')).toEqual(kept);
  });

  test('somebody who gave nothing is asked nothing, and what was asked is kept only with a yes', async () => {
    const { page } = await world.visit();
    await press(page, 'refuse');
    expect(await remembered(page, 'site')).toBeUndefined();
    await apiIsAway(page);
    await page.reload();
    await page.evaluate(() => window.samtycke?.ready);
    expect(await page.locator(`${BANNER}, samtycke-banner .again`).count()).toBe(0);
  });
});

test('a key that was made for other origins lets nothing through, whatever this browser remembers', async () => {
  const { secret } = await world.api.makeKey({ kind: 'site', owner: 'other', origins: ['https://www.other.example'], purposes: ['statistics'] });
  world.pages.set('/foreign', { script: false, head: `<script src="${world.apiUrl}/samtycke.js" data-site-key="${secret}"></script>` });
  await until(async () => (await fetch(`${world.apiUrl}/v1/sites/${secret}`, { headers: { origin: world.strangeUrl } })).status === 403);
  const { page } = await world.visit();
  await press(page, 'accept');
  await isRecorded(page);
  const choices = JSON.stringify(await remembered(page, 'choices'));
  const { page: foreign } = await world.visit(`${world.strangeUrl}/nothing`);
  await foreign.evaluate((text) => localStorage.setItem('samtycke.choices', text), choices);
  await foreign.goto(`${world.strangeUrl}/foreign`);
  expect(await may(foreign, 'statistics')).toBe(false);
});

test('a key that is dead lets nothing through, also where the origin has no other; what was chosen stays', async () => {
  const { secret, id } = await world.api.makeKey({ kind: 'site', owner: 'dying', origins: [world.strangeUrl], purposes: ['statistics'] });
  const config = `${world.apiUrl}/v1/sites/${secret}`;
  world.pages.set('/dying', { script: false, head: `<script src="${world.apiUrl}/samtycke.js" data-site-key="${secret}"></script>` });
  await until(async () => (await fetch(config, { headers: { origin: world.strangeUrl } })).headers.get('access-control-allow-origin') === world.strangeUrl);
  const { page } = await world.visit(`${world.strangeUrl}/dying`);
  await press(page, 'accept');
  await isRecorded(page);
  const before = await remembered(page, 'choices');
  await world.api.fresh.pool.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [id]);
  await until(async () => (await fetch(config, { headers: { origin: world.strangeUrl } })).status === 401);
  await page.evaluate((address) => fetch(address, { cache: 'reload' }).catch(() => undefined), `${config}?lang=sv`);
  await page.reload();
  expect(await may(page, 'statistics')).toBe(false);
  expect(await page.locator(`${BANNER}, samtycke-banner .again`).count()).toBe(0);
  expect(await remembered(page, 'choices')).toEqual(before);
});
