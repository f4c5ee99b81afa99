import type { Page } from 'playwright-core';
import { until } from '#testing';
import { mailedLink, newAddress, personOf } from '../website-stack.js';
import { confirmLink, type Prepared } from './prepare.js';
import type { App, Scene } from './scene.js';

const scenesOf = (app: App) => (name: string, title: string, open: Scene['open'], more: Partial<Scene> = {}): Scene => ({ app, name, title, open, ...more });
const portal = scenesOf('portal');
const newsletter = scenesOf('newsletter');
const analytics = scenesOf('analytics');

/** The development sign-in. */
async function signIn(page: Page, { stack }: Prepared, email: string): Promise<void> {
  await page.goto(stack.urls.portal);
  await page.fill('#who', email);
  await page.click('.door-form button');
  await page.waitForSelector('.choice');
}

/** Who has decided something is known to the ledger. */
async function becomeKnown(page: Page, prepared: Prepared): Promise<string> {
  const email = newAddress();
  await signIn(page, prepared, email);
  await page.click('#switch-market-research');
  await page.waitForSelector('.past-yes');
  return email;
}

async function askForLink(page: Page, { stack }: Prepared): Promise<string> {
  const email = newAddress();
  await page.goto(`${stack.urls.portal}/sign-in`);
  await page.fill('#mail', email);
  await page.click('.door-mail button');
  await page.waitForURL('**/sign-in/mail/sent*');
  return email;
}

async function toLastStep(page: Page, prepared: Prepared): Promise<void> {
  await becomeKnown(page, prepared);
  await page.goto(`${prepared.stack.urls.portal}/rights/erasure`);
  await page.check('#sure');
  await page.click('.button-bad');
  await page.waitForSelector('#erase-now');
}

/** What the portal hands over as a file, shown as a browser opens it. */
async function openDownload(page: Page, prepared: Prepared): Promise<void> {
  const { stack, siteKey } = prepared;
  const email = await becomeKnown(page, prepared);
  await confirmLink(stack, siteKey, email);
  const person = await personOf(stack, email);
  const headers = { authorization: `Bearer ${stack.keys['people:write']}`, accept: 'text/html', 'content-type': 'application/json', 'samtycke-reason': 'a look at the page' };
  const answer = await fetch(`${stack.urls.api}/v1/people/${person}/access`, { method: 'POST', headers, body: JSON.stringify({ locale: 'sv' }) });
  await page.goto('about:blank');
  await page.setContent(await answer.text());
}

const unfold = (page: Page): Promise<unknown> => page.evaluate(() => document.querySelectorAll('main details').forEach((details) => ((details as HTMLDetailsElement).open = true)));

async function askForAddress(page: Page, prepared: Prepared): Promise<string> {
  const email = newAddress();
  await becomeKnown(page, prepared);
  await page.goto(`${prepared.stack.urls.portal}/rights/correction`);
  await page.fill('#email', email);
  await page.click('form[action="/rights/correction"] button');
  await page.waitForSelector('output');
  return email;
}

export const SYSTEM_SCENES: Scene[] = [
  portal('sign-in', 'Sign-in', (page, { stack }) => page.goto(stack.urls.portal)),
  portal('sign-in-wrong', 'Sign-in: what is nobody', async (page, { stack }) => {
    await page.goto(stack.urls.portal);
    await page.fill('#who', '@@');
    await page.click('.door-form button');
    await page.waitForSelector('[aria-invalid=true]');
  }, { picture: false }),
  portal('mail-sent', 'A link to sign in is on its way', askForLink),
  portal('mail-link', 'Behind the link in the mail', async (page, prepared) => {
    const email = await askForLink(page, prepared);
    await page.goto(await until(() => mailedLink(prepared.stack, email, '/sign-in/mail/'), { timeoutMs: 60_000 }));
  }),
  portal('choices', 'Choices and history of somebody who has the newsletter', (page, prepared) => signIn(page, prepared, prepared.email)),
  portal('choices-unfolded', 'The same, everything unfolded', async (page, prepared) => {
    await signIn(page, prepared, prepared.email);
    await unfold(page);
  }, { picture: false }),
  portal('choices-new', 'Choices of somebody who is new', (page, prepared) => signIn(page, prepared, newAddress()), { picture: false }),
  portal('choices-changed', 'A choice just changed', async (page, prepared) => {
    await signIn(page, prepared, newAddress());
    await page.click('#switch-market-research');
    await page.waitForSelector('#switch-market-research[aria-checked=true]');
  }, { picture: false }),
  portal('wishes', 'Wishes and a pause for one purpose', async (page, prepared) => {
    await signIn(page, prepared, prepared.email);
    await page.click('#wishes-newsletter summary');
  }),
  portal('rights', 'Download, correct, restrict, complain, erase', async (page, prepared) => {
    await signIn(page, prepared, prepared.email);
    await page.goto(`${prepared.stack.urls.portal}/rights`);
  }),
  portal('rights-unfolded', 'The same, everything unfolded', async (page, prepared) => {
    await signIn(page, prepared, prepared.email);
    await page.goto(`${prepared.stack.urls.portal}/rights`);
    await unfold(page);
  }, { picture: false }),
  portal('history', 'All that was decided, each with its receipt', async (page, prepared) => {
    await becomeKnown(page, prepared);
    await page.click('#switch-market-research');
    await page.waitForSelector('.past-no .acts');
    await page.goto(`${prepared.stack.urls.portal}/history`);
  }),
  portal('correction', 'What one is found by, and how it is put right', async (page, prepared) => {
    await signIn(page, prepared, prepared.email);
    await page.goto(`${prepared.stack.urls.portal}/rights/correction`);
  }),
  portal('correction-sent', 'A link is on its way to a new address', askForAddress),
  portal('correction-link', 'Behind the link that was mailed to a new address, in another browser', async (page, prepared) => {
    const email = await askForAddress(page, prepared);
    await page.context().clearCookies();
    await page.goto(await until(() => mailedLink(prepared.stack, email, '/rights/correction/link/'), { timeoutMs: 60_000 }));
  }),
  portal('download', 'The copy that one can read', openDownload),
  portal('erasure', 'What an erasure does, before it is done', async (page, prepared) => {
    await signIn(page, prepared, prepared.email);
    await page.goto(`${prepared.stack.urls.portal}/rights/erasure`);
  }),
  portal('erasure-last', 'An erasure: the last step', toLastStep),
  portal('erasure-done', 'An erasure that was done', async (page, prepared) => {
    await toLastStep(page, prepared);
    await page.click('#erase-now');
    await page.waitForSelector('[role=status]');
  }),
  portal('notice', 'A notice', (page, { stack }) => page.goto(`${stack.urls.portal}/notices/portal-login?version=1.3`)),
  portal('not-found', 'A page that is not there', (page, { stack }) => page.goto(`${stack.urls.portal}/finns-inte`), { picture: false }),

  newsletter('home', 'The list, and a new issue', (page, { stack }) => page.goto(stack.urls.newsletter)),
  newsletter('home-wrong', 'An issue without a text', async (page, { stack }) => {
    await page.goto(stack.urls.newsletter);
    await page.evaluate(() => document.querySelectorAll('form').forEach((form) => (form.noValidate = true)));
    await page.click('form[action="/issues"] [type=submit], form[action="/issues"] button');
    await page.waitForSelector('.error-box');
  }, { picture: false }),
  newsletter('issue', 'An issue that was sent', (page, { stack, issue }) => page.goto(stack.urls.newsletter + issue)),
  newsletter('not-found', 'A page that is not there', (page, { stack }) => page.goto(`${stack.urls.newsletter}/finns-inte`), { picture: false }),

  analytics('dashboard', 'What may be counted', async (page, { stack }) => {
    await page.goto(stack.urls.website);
    // Waited for from before the press: the answer may be there at once.
    await Promise.all([page.waitForResponse((response) => response.url().endsWith('/collect')), page.click('samtycke-banner section .accept')]);
    await page.goto(stack.urls.analytics);
    await page.waitForSelector('#live[data-state=on]');
    await page.waitForSelector('#pages-rows tr');
  }),
  analytics('dashboard-unfolded', 'The figures as tables', async (page, { stack }) => {
    await page.goto(stack.urls.analytics);
    await page.waitForSelector('#live[data-state=on]');
    await unfold(page);
  }, { picture: false }),
];
