import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { until } from '#testing';
import { mailbox, type Mailbox } from '../setup/mailbox.js';
import { someone } from '../setup/api.js';
import { BANNER, deviceOf, isRecorded, press, startWorld, type World } from './world.js';

let world: World;
let mails: Mailbox;
beforeAll(async () => {
  world = await startWorld();
  mails = mailbox(world.api);
  const plain = `<form method="post" action="${world.apiUrl}/s/${world.siteKey}/newsletter"><label>E-post <input name="email" type="email"></label><button>Anmäl mig</button></form>`;
  world.pages.set('/sign-up', { body: `<samtycke-subscribe purpose="newsletter" point="site-footer">${plain}</samtycke-subscribe>` });
  world.pages.set('/silent', { body: plain, headers: { 'referrer-policy': 'no-referrer' } });
  world.pages.set('/danish', { lang: 'da', body: '<samtycke-subscribe></samtycke-subscribe>' });
});
afterEach(() => world.leave());
afterAll(async () => {
  await mails.close();
  await world.close();
});

const FIELD = 'samtycke-subscribe input#email';
const BUTTON = 'samtycke-subscribe button[type=submit]';
const answer = (mood: string): string => `samtycke-subscribe [data-mood=${mood}]`;

const mailTo = (email: string) =>
  until(async () => {
    await mails.follow();
    return mails.to(email)[0];
  });

test('signing up asks for the mail, says so in the same words for every address, and is bound to the notice at the field and to the page, without its query', async () => {
  const { email } = someone();
  const answers: (string | null)[] = [];
  for (let round = 0; round < 2; round += 1) {
    const { page, requests } = await world.visit('/sign-up?invited=anna@example.se#token');
    await page.fill(FIELD, email);
    await page.click(BUTTON);
    await page.waitForSelector(answer('good'));
    answers.push(await page.textContent('samtycke-subscribe #answer'));
    expect(requests.find((request) => request.url().endsWith('/v1/consents'))?.postDataJSON()).toMatchObject({
      subject: { email }, decisions: [{ purpose: 'newsletter', decision: 'grant', channels: ['email'] }],
      notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv', snapshot: expect.any(String) }, capture: { context: 'newsletter-signup', method: 'form', point: 'site-footer', url: `${world.siteUrl}/sign-up` },
    });
  }
  expect(answers[1]).toBe(answers[0]);
  expect(mails.linkIn(await mailTo(email))).toMatch(/^\/c\//);
});

test('what was typed into the plain form before this one took its place stands in it, and the typing goes on', async () => {
  const { page } = await world.visit('/nothing');
  let letGo: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/forms/newsletter**', async (route) => held.then(() => route.continue()));
  await page.goto(`${world.siteUrl}/sign-up`);
  await page.click('samtycke-subscribe input[name=email]');
  await page.keyboard.type('anna@');
  letGo?.();
  await page.waitForSelector(FIELD);
  await page.waitForFunction(() => document.activeElement?.localName === 'samtycke-subscribe');
  await page.keyboard.press('End');
  await page.keyboard.type('example.se');
  expect(await page.inputValue(FIELD)).toBe('anna@example.se');
});

test('the device goes along, and the form says so', async () => {
  const { page, requests } = await world.visit('/danish');
  await page.waitForSelector(FIELD);
  await press(page, 'accept');
  await deviceOf(page);
  await isRecorded(page);
  await page.reload();
  await page.waitForSelector(FIELD);
  expect(await page.textContent('samtycke-subscribe #notice')).toContain('knyttes denne browser');
  await page.fill(FIELD, someone().email);
  await page.keyboard.press('Enter');
  await page.waitForSelector(answer('good'));
  expect(requests.findLast((request) => request.url().endsWith('/v1/consents'))?.postDataJSON().subject.device).toMatch(/^ey/);
});

test('whether the device goes along is said before it is sent, also where the answer about cookies changed while the form was open', async () => {
  const { page } = await world.visit('/danish');
  await page.waitForSelector(FIELD);
  const says = (): Promise<boolean> => page.textContent('samtycke-subscribe #notice').then((text) => text?.includes('knyttes denne browser') ?? false);
  const takes = async (): Promise<boolean> => {
    const sending = page.waitForRequest((request) => request.url().endsWith('/v1/consents') && (request.postData()?.includes('newsletter') ?? false));
    await page.fill(FIELD, someone().email);
    await page.keyboard.press('Enter');
    return (await sending).postDataJSON().subject.device !== undefined;
  };
  expect(await says()).toBe(false);
  await press(page, 'accept');
  await page.waitForFunction(() => window.samtycke?.change.recorded && window.samtycke.device);
  expect(await Promise.all([says(), takes()])).toEqual([true, true]);
  await page.evaluate(() => window.samtycke?.withdraw());
  await page.waitForFunction(() => window.samtycke?.change.recorded && !window.samtycke.device);
  expect(await Promise.all([says(), takes()])).toEqual([false, false]);
});

test('an id that another tab has forgotten goes along no more, and the form says so', async () => {
  const { page } = await world.visit('/sign-up');
  await press(page, 'accept');
  await deviceOf(page);
  await isRecorded(page);
  const { page: other } = await world.open(page.context());
  await other.evaluate(() => window.samtycke?.ready.then((samtycke) => samtycke.withdraw()));
  await other.waitForFunction(() => !window.samtycke?.device);
  await page.waitForFunction(() => !document.querySelector('samtycke-subscribe')?.shadowRoot?.querySelector('#notice')?.textContent?.includes('kopplas'));
  const sending = page.waitForRequest((request) => request.url().endsWith('/v1/consents') && (request.postData()?.includes('newsletter') ?? false));
  await page.fill(FIELD, someone().email);
  await page.keyboard.press('Enter');
  expect((await sending).postDataJSON().subject.device).toBeUndefined();
});

test('what was kept is told as of its press, by the api’s clock, and after seven days not at all', async () => {
  const { page, requests } = await world.visit('/nothing');
  await page.clock.setFixedTime(Date.now() + 2 * 86_400_000);
  await page.goto(`${world.siteUrl}/sign-up`);
  await page.waitForSelector(FIELD);
  await page.route(`${world.apiUrl}/v1/consents`, (route) => route.abort());
  const pressed = Date.now();
  await page.fill(FIELD, someone().email);
  await page.keyboard.press('Enter');
  await page.waitForSelector(answer('waiting'));
  const sent = (): { occurredAt: string } => requests.findLast((request) => request.url().endsWith('/v1/consents'))?.postDataJSON();
  expect(Math.abs(Date.parse(sent().occurredAt) - pressed)).toBeLessThan(60_000);
  await page.evaluate((late) => {
    const [item] = JSON.parse(localStorage.getItem('samtycke.outbox') ?? '') as { body: object }[];
    localStorage.setItem('samtycke.outbox', JSON.stringify([{ ...item, body: { ...item?.body, occurredAt: late } }]));
  }, new Date(pressed - 8 * 86_400_000).toISOString());
  await page.unroute(`${world.apiUrl}/v1/consents`);
  await page.reload();
  await isRecorded(page);
  await page.waitForSelector(FIELD);
  expect(await page.locator(answer('waiting')).count()).toBe(0);
});

test('an address that could not be sent for seven days is gone from the browser', async () => {
  const { page, requests } = await world.visit('/sign-up');
  await page.route(`${world.apiUrl}/v1/consents`, (route) => route.abort());
  await page.fill(FIELD, someone().email);
  await page.keyboard.press('Enter');
  await page.waitForSelector(answer('waiting'));
  await page.evaluate((late) => {
    const [item] = JSON.parse(localStorage.getItem('samtycke.outbox') ?? '') as object[];
    localStorage.setItem('samtycke.outbox', JSON.stringify([{ ...item, at: late }]));
  }, Date.now() - 8 * 86_400_000);
  await page.goto(`${world.siteUrl}/nothing`);
  const before = requests.length;
  await page.goto(world.siteUrl);
  await until(() => page.evaluate(() => localStorage.getItem('samtycke.outbox') === '[]'));
  expect(requests.slice(before).filter((request) => request.url().endsWith('/v1/consents'))).toEqual([]);
});

test('without a network it is kept, and sent again under the same key; what is no address is told at the field', async () => {
  const { page, requests } = await world.visit('/sign-up');
  await page.fill(FIELD, 'anna');
  await page.click(BUTTON);
  await page.waitForSelector(answer('bad'));
  expect(await page.getAttribute(FIELD, 'aria-invalid')).toBe('true');
  await page.route(`${world.apiUrl}/v1/consents`, (route) => route.abort());
  await page.fill(FIELD, someone().email);
  await page.click(BUTTON);
  await page.waitForSelector(answer('waiting'));
  await page.unroute(`${world.apiUrl}/v1/consents`);
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await page.waitForSelector(answer('good'));
  const keys = requests.filter((request) => request.url().endsWith('/v1/consents') && request.method() === 'POST').map((request) => request.headers()['idempotency-key']);
  expect(keys.length).toBeGreaterThan(1);
  expect(new Set(keys).size).toBe(1);
});

test('another address that is typed while an earlier one waits is still there once that one is sent', async () => {
  const { page } = await world.visit('/sign-up');
  await page.route(`${world.apiUrl}/v1/consents`, (route) => route.abort());
  await page.fill(FIELD, someone().email);
  await page.click(BUTTON);
  await page.waitForSelector(answer('waiting'));
  const other = someone().email;
  await page.fill(FIELD, other);
  await page.unroute(`${world.apiUrl}/v1/consents`);
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await page.waitForSelector(answer('good'));
  expect(await page.inputValue(FIELD)).toBe(other);
  await page.click(BUTTON);
  await until(async () => (await page.inputValue(FIELD)) === '');
});

test('an address that only the ledger finds wrong is told as such, and a page hears what became of each sign-up', async () => {
  const { page } = await world.visit('/sign-up');
  await page.waitForSelector(FIELD);
  await page.evaluate(() => document.addEventListener('samtycke:subscribe', (event) => document.body.setAttribute('data-heard', `${document.body.dataset.heard ?? ''}${JSON.stringify((event as CustomEvent).detail)}`)));
  await page.fill(FIELD, 'olle@exempel');
  await page.click(BUTTON);
  await page.waitForSelector(answer('bad'));
  expect(await page.textContent('samtycke-subscribe #answer')).toContain('anna@example.se');
  await page.fill(FIELD, someone().email);
  await page.click(BUTTON);
  await page.waitForSelector(answer('good'));
  expect(await page.getAttribute('body', 'data-heard')).toBe('{"purpose":"newsletter","result":"rejected"}{"purpose":"newsletter","result":"sent"}');
});

test('where the browser refuses locks, as with all site data, what is typed is sent, and the form can be used again', async () => {
  const { page } = await world.visit('/nothing');
  await page.addInitScript(() => (LockManager.prototype.request = () => Promise.reject(new DOMException('denied', 'SecurityError'))));
  await page.goto(`${world.siteUrl}/sign-up`);
  await page.fill(FIELD, someone().email);
  await page.click(BUTTON);
  await page.waitForSelector(answer('good'));
  await page.waitForSelector(`${BUTTON}:enabled`);
});

test('without JavaScript the site’s own form leads to the notice, its button to the mail, and the mail’s link out again', async () => {
  const { email } = someone();
  const { page } = await world.visit('/sign-up', { javaScriptEnabled: false });
  expect(await page.locator(BANNER).count()).toBe(0);
  await page.fill('input[name=email]', email);
  await page.click('form button');
  await page.waitForURL(`${world.apiUrl}/s/**`);
  expect(await page.inputValue('#email')).toBe(email);
  expect(await page.textContent('#notice')).toContain('bekräftat');
  await page.click('form button');
  await page.waitForSelector('body.done');
  const link = mails.linkIn(await mailTo(email));
  await page.goto(world.apiUrl + link);
  await page.click('form button');
  await page.waitForSelector('body.done');
  const { body } = await world.api.post('/v1/people/lookup', { subject: { email } }, world.api.keys['people:read']).expect(200);
  const { body: address } = await world.api.get(`/v1/people/${body.person}/identifiers?purpose=newsletter`, world.api.keys['identifiers:read']).expect(200);
  await page.goto(world.apiUrl + new URL(address.unsubscribe).pathname);
  await page.click('form button');
  await page.waitForSelector('body.done');
  expect(await world.stateOf(body.person, 'newsletter')).toMatchObject({ status: 'withdrawn', allowed: false });
});

test('a plain form on a page that hides where it comes from ends in a page that says so, and leads to one that works', async () => {
  const { email } = someone();
  const { page } = await world.visit('/silent', { javaScriptEnabled: false });
  await page.fill('input[name=email]', email);
  await page.click('form button');
  await page.waitForURL(`${world.apiUrl}/s/**`);
  expect(await page.getAttribute('html', 'lang')).toBe('sv');
  expect(await page.textContent('main p')).toContain('Öppna anmälan');
  expect(await page.locator('form').count()).toBe(0);
  await page.click('main a');
  await page.fill('#email', email);
  await page.click('form button');
  await page.waitForSelector('body.done');
});
