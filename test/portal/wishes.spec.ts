import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '#testing';
import { accessibilityFaults } from '../browser/website-stack.js';
import { portalWorld, type PortalWorld } from './world.js';

const PERSON = '0192f8a0-0000-7000-8000-000000000001';
const PREFER = `PUT /v1/people/${PERSON}/preferences`;
const inAll = (title: string) => ({ sv: { title, summary: '' }, da: { title, summary: '' }, en: { title, summary: '' } });

let world: PortalWorld;
let browser: Browser;
beforeAll(async () => {
  [world, browser] = await Promise.all([portalWorld(() => ({ PORTAL_DEV_SIGNIN: '1' })), launchBrowser()]);
  const purpose = { id: 'marketing', basis: 'eu-gdpr:A6-1-a', holder: 'person', choice: 'grant-withdraw', channels: ['app', 'sms'], texts: inAll('Reklam'), preferences: { topics: [{ id: 'offers', texts: inAll('Erbjudanden') }], frequencies: [] } };
  world.answers.set('GET /v1/purposes', { status: 200, body: { purposes: [purpose] } });
  world.answers.set('POST /v1/people/lookup', { status: 200, body: { person: PERSON } });
  world.answers.set(`GET /v1/people/${PERSON}/consents`, { status: 200, body: { consents: [{ purpose: 'marketing', status: 'given', allowed: true, channels: ['app', 'sms'], version: 1 }] } });
  world.answers.set(PREFER, { status: 200, body: { person: PERSON } });
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

async function signedIn(javaScriptEnabled: boolean): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'sv-SE', javaScriptEnabled, reducedMotion: 'reduce', bypassCSP: true })).newPage();
  // Bundles stand where the programs are built.
  await page.route('**/assets/js/portal.bundle.js', (route) => route.fulfill({ path: 'dist/apps/portal/src/browser/portal.bundle.js', contentType: 'text/javascript' }));
  await page.goto(`${world.url}/sign-in`);
  await page.fill('#who', 'anna@example.se');
  await page.click('.door-form button');
  await page.waitForURL(`${world.url}/`);
  if (javaScriptEnabled) await page.waitForSelector('#live[data-state=on]');
  return page;
}

const asked = (): number => world.asked.filter(({ path }) => path === PREFER).length;

test.each([true, false])('who wishes for no channel at all is told to choose one or to pause, at the channels themselves (with a script: %s)', async (withScript) => {
  const page = await signedIn(withScript);
  const before = asked();
  await page.click('#wishes-marketing summary');
  for (const channel of ['app', 'sms']) await page.uncheck(`#use-marketing-${channel}`);
  await page.check('#topic-marketing-offers');
  await page.click('#save-marketing');
  await page.waitForSelector('#message:has-text("Välj minst en kanal för Reklam, eller pausa i stället. Inget har ändrats.")');
  const wrong = page.locator('#use-marketing-wrong');
  await wrong.waitFor();
  expect(await wrong.textContent()).toBe('Välj minst en kanal, eller pausa i stället.');
  expect(await page.locator('fieldset:has(#use-marketing-app)').getAttribute('aria-describedby')).toBe('use-marketing-wrong');
  for (const channel of ['app', 'sms']) expect(await page.getAttribute(`#use-marketing-${channel}`, 'aria-invalid')).toBe('true');
  expect(await page.isVisible('#pause-marketing')).toBe(true);
  expect(asked()).toBe(before);
  if (withScript) {
    expect([await page.isChecked('#use-marketing-app'), await page.isChecked('#topic-marketing-offers')]).toEqual([false, true]);
    expect(await accessibilityFaults(page)).toEqual([]);
  }
  await page.check('#use-marketing-sms');
  if (!withScript) await page.uncheck('#use-marketing-app');
  await page.click('#save-marketing');
  await page.waitForSelector('#message:has-text("Sparat: Reklam.")');
  expect(await wrong.count()).toBe(0);
  expect(world.asked.findLast(({ path }) => path === PREFER)?.body).toMatchObject({ channels: ['sms'] });
  await page.context().close();
});

test('a no to one channel that waits is shown as a no to that channel, and the rest of the purpose as it is', async () => {
  world.answers.set('POST /v1/consents', { status: 503, body: { code: 'unavailable' } });
  const page = await signedIn(false);
  await page.click('#channel-marketing-sms');
  await page.waitForSelector('#message:has-text("Ditt nej är sparat här")');
  const isOn = (id: string): Promise<string | null> => page.getAttribute(id, 'aria-checked');
  expect([await isOn('#switch-marketing'), await isOn('#channel-marketing-app'), await isOn('#channel-marketing-sms')]).toEqual(['true', 'true', 'false']);
  expect(await page.textContent('#state-marketing')).toBe('På');
  expect(await page.textContent('#waiting-marketing')).toBe('Ditt nej till sms är sparat hos oss och skickas vidare så snart det går');
  await page.click('#channel-marketing-app');
  await page.waitForSelector('#state-marketing.state-pending');
  expect([await isOn('#switch-marketing'), await isOn('#channel-marketing-app'), await isOn('#channel-marketing-sms')]).toEqual(['false', 'false', 'false']);
  await page.context().close();
});
