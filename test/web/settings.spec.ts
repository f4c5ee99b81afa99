import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { until } from '#testing';
import { deviceOf, isRecorded, may, press, startWorld, type World } from './world.js';

const FORM = 'samtycke-preferences[data-inline]';
let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.pages.set('/own', { body: '<samtycke-preferences></samtycke-preferences>' });
});
afterEach(() => world.leave());
afterAll(() => world.close());

const ticked = (page: Page): Promise<string[]> => page.locator('samtycke-preferences input:checked').evaluateAll((boxes) => boxes.map(({ id }) => id).sort());

/** By another tab of the same browser; the first tab has heard of it. */
async function withdrawInAnotherTab(page: Page, purpose: string): Promise<void> {
  const { page: other } = await world.open(page.context());
  await other.evaluate((name) => window.samtycke?.ready.then(({ withdraw }) => withdraw(name)), purpose);
  await until(async () => !(await may(page, purpose)));
}

describe('the choices in a page of the site’s own', () => {
  test('what a visitor has ticked and not saved stays, whatever is told meanwhile; what ended meanwhile is ticked no more', async () => {
    const { page } = await world.visit('/own');
    await press(page, 'accept');
    const device = await deviceOf(page);
    await isRecorded(page);
    await page.uncheck(`${FORM} #statistics`);
    await withdrawInAnotherTab(page, 'site-improvement');
    expect(await ticked(page)).toEqual(['analytics-segmentation', 'precise-location']);
    await page.click(`${FORM} .plain`);
    await until(async () => (await world.stateOf(device, 'statistics')).status === 'withdrawn');
    expect(await world.stateOf(device, 'site-improvement')).toMatchObject({ status: 'withdrawn' });
  });

  test('what is pressed counts for every box: none that was ticked before stays so after a refusal', async () => {
    const { page } = await world.visit('/own');
    await page.check(`${FORM} #statistics`);
    await page.click(`${FORM} .refuse`);
    expect(await ticked(page)).toEqual([]);
    await page.check(`${FORM} #statistics`);
    await page.click(`${FORM} .plain`);
    expect(await ticked(page)).toEqual(['statistics']);
  });
});

test('a dialog that stayed open renews nothing that ended meanwhile, and keeps what was ticked in it', async () => {
  const { page } = await world.visit();
  await press(page, 'accept');
  const device = await deviceOf(page);
  await isRecorded(page);
  await page.click('samtycke-banner .again');
  await page.uncheck('samtycke-preferences #precise-location');
  await withdrawInAnotherTab(page, 'statistics');
  expect(await ticked(page)).toEqual(['analytics-segmentation', 'site-improvement']);
  await page.click('samtycke-preferences .plain');
  await until(async () => (await world.stateOf(device, 'precise-location')).status === 'withdrawn');
  await isRecorded(page);
  expect(await world.stateOf(device, 'statistics')).toMatchObject({ status: 'withdrawn' });
});
