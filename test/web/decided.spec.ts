import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Page, Request } from 'playwright-core';
import { loadCatalogue } from '#catalogue';
import { loadCatalogueInto } from '#setup';
import { until } from '#testing';
import { BANNER, DEVICE_PURPOSES, deviceOf, isRecorded, may, press, remembered, startWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const few = await world.api.makeKey({ kind: 'site', owner: 'few', origins: [world.siteUrl], purposes: ['statistics'] });
  await until(async () => (await fetch(`${world.apiUrl}/v1/sites/${few.secret}`, { headers: { origin: world.siteUrl } })).ok);
  world.pages.set('/few', { script: false, head: `<script src="${world.apiUrl}/samtycke.js" data-site-key="${few.secret}"></script>` });
  world.pages.set('/film', { script: false });
  world.pages.set('/held', { body: '<script type="text/plain" data-purpose="statistics" src="/count.js"></script>' });
  world.pages.set('/own', { body: `<button onclick="samtycke.grant('statistics')">Statistik</button>` });
});
afterEach(() => world.leave());
afterAll(() => world.close());

interface Sent {
  decisions: { purpose: string; decision: string }[];
  notice?: { version: string };
}

/** What was sent of this browser's choices, oldest first. */
const sent = (requests: Request[]): Sent[] => requests.filter((request) => request.url().endsWith('/v1/consents') && request.method() === 'POST').map((request) => request.postDataJSON() as Sent);
const said = (requests: Request[]): string[] => sent(requests).flatMap(({ decisions }) => decisions.map(({ purpose, decision }) => `${decision} ${purpose}`));
const withdraw = (page: Page, ...purposes: string[]): Promise<void> => page.evaluate((names) => window.samtycke?.withdraw(...names), purposes);
const asked = async (page: Page): Promise<string[]> => Object.keys((await remembered<{ asked: object }>(page, 'choices'))?.asked ?? {});

test('a control of the page decides what it names and nothing else: the others are still asked, and nothing is said of them', async () => {
  const { page, requests } = await world.visit('/own');
  await page.waitForSelector(BANNER);
  await withdraw(page, 'site-improvement');
  expect(await asked(page)).toEqual(['site-improvement']);
  expect(requests.filter((request) => request.url().includes('what=refused'))).toEqual([]);
  await page.click('main button');
  const device = await deviceOf(page);
  await isRecorded(page);
  expect(said(requests)).toEqual(['grant statistics']);
  expect(await world.stateOf(device, 'analytics-segmentation')).toMatchObject({ status: 'unknown' });
  await page.reload();
  await page.waitForSelector(BANNER);
  expect(await may(page, 'statistics')).toBe(true);
  expect((await asked(page)).sort()).toEqual(['site-improvement', 'statistics']);
});

test('what stays keeps its text and its end: it is asked again when its own year is over', async () => {
  const { page } = await world.visit('/own');
  await press(page, 'accept');
  await isRecorded(page);
  const day = 86_400_000;
  await page.route(`${world.apiUrl}/v1/consents`, (route) => route.abort());
  await page.clock.setFixedTime(Date.now() + 300 * day);
  await page.reload();
  await page.click('main button');
  await page.clock.setFixedTime(Date.now() + 370 * day);
  await page.reload();
  await page.waitForSelector(BANNER);
  expect(await Promise.all(['statistics', 'site-improvement'].map((purpose) => may(page, purpose)))).toEqual([true, false]);
});

test('a yes that runs out on an open page ends there: what hangs on it stops, and the question comes', async () => {
  const { page } = await world.visit('/film');
  await page.clock.install();
  await page.goto(`${world.siteUrl}/held`);
  await press(page, 'accept');
  await page.waitForFunction(() => 'ran' in window);
  await isRecorded(page);
  await page.clock.fastForward(30 * 86_400_000);
  expect(await may(page, 'statistics')).toBe(true);
  expect(await page.evaluate(() => 'ran' in window)).toBe(true);
  await page.evaluate(() => localStorage.setItem('samtycke.choices', JSON.stringify({ ...JSON.parse(localStorage.getItem('samtycke.choices') ?? ''), until: new Date(Date.now() + 3_600_000) })));
  await page.reload();
  await page.waitForFunction(() => 'ran' in window);
  await page.clock.fastForward('01:00:01');
  await page.waitForSelector(BANNER);
  await page.waitForFunction(() => !('ran' in window));
  expect(await may(page, 'statistics')).toBe(false);
  await until(async () => (await remembered(page, 'device')) === undefined);
});

test('a choice of a day that the month of its end lacks ends on the last of that month, as in the ledger', async () => {
  const { page } = await world.visit('/film');
  await page.clock.setFixedTime('2028-02-29T10:00:00Z');
  await page.goto(world.siteUrl);
  await press(page, 'refuse');
  expect(await remembered(page, 'choices')).toMatchObject({ until: '2029-02-28T10:00:00.000Z' });
});

test('with the last yes run out the id is gone on the next page', async () => {
  const { page } = await world.visit();
  await press(page, 'accept');
  await deviceOf(page);
  await isRecorded(page);
  await page.clock.setFixedTime(Date.now() + 370 * 86_400_000);
  await page.reload();
  await page.waitForSelector(BANNER);
  await until(async () => (await remembered(page, 'device')) === undefined);
});

test('a no before it is known what is asked takes back that one, by no other decision, and leaves the rest as it was', async () => {
  const { page, requests } = await world.visit();
  await press(page, 'accept');
  const device = await deviceOf(page);
  await isRecorded(page);
  const before = requests.length;
  await page.route(`${world.apiUrl}/v1/sites/**`, (route) => route.abort());
  await page.reload();
  await withdraw(page, 'statistics');
  await until(async () => (await world.stateOf(device, 'statistics')).status === 'withdrawn');
  await isRecorded(page);
  expect(said(requests.slice(before))).toEqual(['withdraw statistics']);
  await page.unroute(`${world.apiUrl}/v1/sites/**`);
  await page.reload();
  expect(await Promise.all(DEVICE_PURPOSES.map((purpose) => may(page, purpose)))).toEqual(DEVICE_PURPOSES.map((purpose) => purpose !== 'statistics'));
  expect(await page.locator(BANNER).count()).toBe(0);
});

test('a yes that the ledger cannot take is none, and is asked again; the others stand', async () => {
  const { page } = await world.visit('/own');
  await press(page, 'accept');
  await deviceOf(page);
  await isRecorded(page);
  await page.evaluate(() => localStorage.setItem('samtycke.device', JSON.stringify({ ...JSON.parse(localStorage.getItem('samtycke.device') ?? ''), token: 'forged' })));
  await page.click('main button');
  await page.waitForSelector(BANNER);
  expect(await Promise.all(DEVICE_PURPOSES.map((purpose) => may(page, purpose)))).toEqual(DEVICE_PURPOSES.map((purpose) => purpose !== 'statistics'));
});

test('the signal refuses what is new, and sends nothing of what was given explicitly', async () => {
  const { page, requests } = await world.visit('/few', { extraHTTPHeaders: { 'sec-gpc': '1' } });
  await page.click('samtycke-banner .again');
  await page.click('samtycke-preferences .accept');
  const device = await deviceOf(page);
  await isRecorded(page);
  await page.goto(world.siteUrl);
  await until(async () => (await world.stateOf(device, 'site-improvement')).status === 'refused');
  await isRecorded(page);
  const decisions = said(requests);
  expect(decisions.filter((one) => one.endsWith(' statistics'))).toEqual(['grant statistics']);
  expect(decisions).toHaveLength(DEVICE_PURPOSES.length);
  expect(await may(page, 'statistics')).toBe(true);
  const calls = requests.length;
  await page.reload();
  await may(page, 'statistics');
  expect(sent(requests.slice(calls))).toEqual([]);
});

test('taking back one purpose under a new text is no yes to the others under it', async () => {
  const { page, requests } = await world.visit();
  await press(page, 'accept');
  const device = await deviceOf(page);
  await isRecorded(page);
  const next = loadCatalogue();
  const now = new Date().toISOString().replace('Z', '000Z');
  next.notices.push(...next.notices.filter(({ document }) => document.id === 'cookies').map((one) => ({ ...one, document: { ...one.document, version: '2.0', body: `${one.document.body}\n\n2.0.` }, change: 'material' as const, from: now })));
  await loadCatalogueInto(world.api.fresh.options, next);
  await until(async () => {
    await page.evaluate((address) => fetch(address, { cache: 'reload' }), `${world.apiUrl}/v1/sites/${world.siteKey}?lang=sv`);
    await page.reload();
    return !(await may(page, 'statistics'));
  });
  const before = requests.length;
  await withdraw(page, 'statistics');
  await isRecorded(page);
  expect(said(requests.slice(before))).toEqual(['withdraw statistics']);
  expect(await may(page, 'site-improvement')).toBe(false);
  expect((await world.stateOf(device, 'site-improvement')).status).not.toBe('renewed');
  await page.waitForSelector(BANNER);
});
