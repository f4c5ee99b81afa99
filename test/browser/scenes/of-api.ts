import type { Page } from 'playwright-core';
import { newAddress } from '../website-stack.js';
import type { Prepared } from './prepare.js';
import type { Scene } from './scene.js';

const scene = (name: string, title: string, open: Scene['open'], more: Partial<Scene> = {}): Scene => ({ app: 'api', name, title, open, ...more });
const go = (path: string) => (page: Page, { stack }: Prepared): Promise<unknown> => page.goto(stack.urls.api + path);

async function signUp(page: Page, { stack, siteKey }: Prepared, email?: string): Promise<void> {
  await page.goto(`${stack.urls.api}/s/${siteKey}/newsletter?lang=sv`);
  if (email === undefined) return;
  await page.evaluate(() => document.querySelectorAll('form').forEach((form) => (form.noValidate = true)));
  await page.fill('#email', email);
  await page.click('button');
}

async function verify(page: Page, { stack, logKey, pack }: Prepared, key = logKey): Promise<void> {
  await page.goto(`${stack.urls.api}/verify`);
  await page.fill('#key', key);
  await page.setInputFiles('#pack', { name: 'pack.zip', mimeType: 'application/zip', buffer: pack });
}

const press = (address: (prepared: Prepared) => string) => async (page: Page, prepared: Prepared): Promise<void> => {
  await page.goto(address(prepared));
  await page.click('form button');
  await page.waitForSelector('body.done');
};

/** In this order: what a link does is looked at after what it shows. */
export const API_SCENES: Scene[] = [
  scene('docs', 'The API, browsable', go('/docs')),
  scene('docs-unfolded', 'One call of the API, unfolded', async (page, { stack }) => {
    await page.goto(`${stack.urls.api}/docs#post-v1-consents`);
    await page.click('#post-v1-consents summary');
  }),
  scene('events', 'The events on Kafka', async (page, { stack }) => {
    await page.goto(`${stack.urls.api}/docs/events`);
    await page.click('#consent-withdrawn summary');
  }),
  scene('propagation-gate', 'Propagation: asks for a key', (page, { stack }) => page.goto(`${stack.urls.api}/propagation`), { picture: false }),
  scene('propagation', 'Who acted, and how soon', async (page, { stack }) => {
    await page.goto(`${stack.urls.api}/propagation`);
    await page.fill('#key', stack.keys['audit:read'] ?? '');
    await page.press('#key', 'Enter');
    await page.waitForSelector('#live[data-state=on]');
  }),
  scene('statistics-gate', 'Statistics: asks for a key', go('/statistics'), { picture: false }),
  scene('statistics', 'What people answered, by text and language', async (page, { stack }) => {
    await page.goto(`${stack.urls.api}/statistics`);
    await page.fill('#key', stack.keys['audit:read'] ?? '');
    await page.press('#key', 'Enter');
    await page.waitForSelector('#live[data-state=on]');
  }),
  scene('sign-up', 'Sign-up without JavaScript', (page, prepared) => signUp(page, prepared)),
  scene('sign-up-wrong', 'Sign-up: what is no address', (page, prepared) => signUp(page, prepared, ''), { picture: false }),
  scene('sign-up-sent', 'Sign-up: a mail is on its way', (page, prepared) => signUp(page, prepared, newAddress()), { picture: false }),
  scene('sign-up-elsewhere', 'Sign-up: whose website is not seen', async (page, { stack, siteKey }) => {
    await page.setContent(`<form method="post" action="${stack.urls.api}/s/${siteKey}/newsletter"><input type="hidden" name="lang" value="sv"><button>Send</button></form>`);
    await page.click('button');
    await page.waitForSelector('body.gone');
  }, { picture: false }),
  scene('confirm', 'The link of a confirmation mail', (page, { confirm }) => page.goto(confirm)),
  scene('confirm-done', 'Confirmed', press(({ confirm }) => confirm)),
  scene('way-back', 'Somebody withdrew for you: a way back', (page, { wayBack }) => page.goto(wayBack)),
  scene('way-back-done', 'Taken back', press(({ wayBack }) => wayBack), { picture: false }),
  scene('held', 'A withdrawal that waits for its owner', (page, { held }) => page.goto(held)),
  scene('held-done', 'Answered', press(({ held }) => held), { picture: false }),
  scene('receipt', 'A receipt', (page, { stack, receipt }) => page.goto(`${stack.urls.api}/v1/receipts/${receipt}?locale=sv`), {
    options: ({ stack }) => ({ extraHTTPHeaders: { authorization: `Bearer ${stack.keys['audit:read']}`, 'samtycke-reason': 'a look at the page' } }),
  }),
  scene('verify', 'A pack verified in the browser', async (page, prepared) => {
    await verify(page, prepared);
    await page.waitForSelector('.verdict.good');
  }),
  scene('verify-bad', 'A pack that waits for a key that is one', async (page, prepared) => {
    await verify(page, prepared, prepared.logKey.replace(/.{4}$/, 'AAAA'));
    await page.waitForSelector('#key-missing:not(:empty)');
  }, { picture: false }),
  scene('verify-empty', 'Verify', go('/verify'), { picture: false }),
  scene('choices', 'All choices, behind a mailed link', (page, { choices }) => page.goto(choices)),
  scene('choices-stopped', 'All choices: one was just stopped', async (page, { choices }) => {
    await page.goto(choices);
    await page.click('button[name=purpose]:not([value=newsletter])');
    await page.waitForSelector('.said');
  }, { picture: false }),
  scene('unsubscribe', 'Unsubscribe', (page, { unsubscribe }) => page.goto(unsubscribe)),
  scene('unsubscribe-done', 'Unsubscribed', press(({ unsubscribe }) => unsubscribe)),
  scene('link-unknown', 'A link that is none', go('/u/none'), { picture: false }),
  scene('form-closed', 'A plain form whose key holds no more', go('/s/sk_nobody_has_ever_made_this/newsletter'), { picture: false }),
];
