import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { LedgerEvent } from '#contracts';
import { launchBrowser, until } from '#testing';
import { accessibilityFaults, askApi, mailedLink, newAddress, overflowOf, personOf, readStack, stateOf, type Stack } from './website-stack.js';

let stack: Stack;
let browser: Browser;
let contexts: BrowserContext[] = [];

beforeAll(async () => {
  stack = await readStack();
  browser = await launchBrowser();
});
afterEach(async () => {
  for (const context of contexts) await context.close();
  contexts = [];
});
afterAll(() => browser?.close());

const NOTICE = { id: 'portal-login', version: '1.3', locale: 'sv' };
const LIVE_MS = 15_000;

async function decide(email: string, purpose: string, decision: string, more: object = {}): Promise<string> {
  const { status, body } = await askApi(stack, 'consents:write', '/v1/consents', { subject: { email }, decisions: [{ purpose, decision, ...more }], notice: NOTICE, capture: { context: 'portal-login' } });
  if (status >= 300) throw new Error(`${status} ${String(body.code)}`);
  return String(body.person);
}

async function enter(page: Page, email: string): Promise<void> {
  await page.fill('#who', email);
  await page.click('.door-form button');
}

/** Somebody with two consents who is signed in, at a page of his. */
async function someone(path = '/', options: BrowserContextOptions = {}, email = newAddress()): Promise<{ page: Page; email: string; person: string }> {
  const person = await decide(email, 'newsletter', 'grant', { channels: ['email'] });
  await decide(email, 'electronic-marketing', 'grant', { channels: ['app', 'sms'] });
  const context = await browser.newContext({ locale: 'sv-SE', reducedMotion: 'reduce', ...options });
  contexts.push(context);
  const page = await context.newPage();
  await page.goto(`${stack.urls.portal}/`);
  await enter(page, email);
  await page.waitForSelector('.choice');
  if (path !== '/') await page.goto(`${stack.urls.portal}${path}`);
  return { page, email, person };
}

async function eventsOf(person: string): Promise<LedgerEvent[]> {
  const response = await fetch(`${stack.urls.api}/v1/people/${person}/history`, { headers: { authorization: `Bearer ${stack.keys['audit:read']}`, 'samtycke-reason': 'a test' } });
  return ((await response.json()) as { events: LedgerEvent[] }).events;
}

const typesOf = async (person: string): Promise<string[]> => (await eventsOf(person)).map(({ type, purpose }) => `${type} ${purpose}`);
const rightsOf = async (person: string): Promise<string[]> => (await eventsOf(person)).filter(({ type }) => type.startsWith('right-')).map(({ type, fact }) => `${type} ${(fact as { right: string }).right}`);
const live = (page: Page): Promise<unknown> => page.waitForSelector('#live[data-state=on]');
const message = (page: Page, words: string): Promise<unknown> => page.waitForSelector(`.message:has-text("${words}")`);

/** Sends a form as another site would make a browser do. */
async function fromElsewhere(page: Page, path: string, form: string): Promise<number> {
  const cookie = (await page.context().cookies(stack.urls.portal)).map(({ name, value }) => `${name}=${value}`).join('; ');
  const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site', origin: 'https://example.org' };
  return (await fetch(`${stack.urls.portal}${path}`, { method: 'POST', headers, body: `key=${crypto.randomUUID()}&${form}`, redirect: 'manual' })).status;
}

const purposesOf = async ({ urls }: Stack): Promise<{ choice: string; texts: Record<string, { title: string }> }[]> => ((await (await fetch(`${urls.api}/v1/purposes`)).json()) as { purposes: { choice: string; texts: Record<string, { title: string }> }[] }).purposes;

async function prefer(person: string, wish: object): Promise<void> {
  const headers = { authorization: `Bearer ${stack.keys['consents:write']}`, 'content-type': 'application/json' };
  const { status } = await fetch(`${stack.urls.api}/v1/people/${person}/preferences`, { method: 'PUT', headers, body: JSON.stringify(wish) });
  if (status >= 300) throw new Error(String(status));
}

const shows = (page: Page, select: string, value: string): Promise<unknown> =>
  page.waitForFunction(([selector, wanted]) => (document.querySelector(selector as string) as HTMLSelectElement | null)?.value === wanted, [select, value], { timeout: LIVE_MS });

describe('wishes', () => {
  test('topics, frequency, language and channels of a purpose reach the ledger as one change of preferences, and take no consent back', async () => {
    const { page, person } = await someone();
    await page.click('#wishes-electronic-marketing summary');
    await page.check('#topic-electronic-marketing-offers');
    await page.selectOption('#often-electronic-marketing', 'monthly');
    await page.selectOption('#language-electronic-marketing', 'da');
    await page.uncheck('#use-electronic-marketing-app');
    await page.click('#save-electronic-marketing');
    await message(page, 'Sparat: Annan digital marknadsföring.');
    expect(await stateOf(stack, person, 'electronic-marketing')).toMatchObject({ status: 'given', channels: ['sms'], preferences: { topics: ['offers'], frequency: 'monthly', language: 'da' }, chosen: { channels: ['app', 'sms'] } });
    expect((await typesOf(person)).at(-1)).toBe('preferences-changed electronic-marketing');
    expect(await page.textContent('#now-electronic-marketing')).toBe('Gäller just nu: bara sms');
    expect(await page.getAttribute('#channel-electronic-marketing-app', 'aria-checked')).toBe('true');
    expect(await page.isVisible('#save-electronic-marketing')).toBe(true);
    expect(await page.isChecked('#topic-electronic-marketing-offers')).toBe(true);
  });

  test('a pause has an end, shows what was chosen beside what holds, and its end gives it back', async () => {
    const { page, person } = await someone();
    await page.click('#wishes-newsletter summary');
    await page.selectOption('#length-newsletter', 'week');
    await page.click('#pause-newsletter');
    await page.waitForSelector('#now-newsletter:has-text("pausat till")');
    expect(await page.getAttribute('#switch-newsletter', 'aria-checked')).toBe('true');
    expect(await stateOf(stack, person, 'newsletter')).toMatchObject({ status: 'given', allowed: false, preferences: { pausedUntil: expect.stringMatching(/T20:00:00/) } });
    await page.waitForSelector('.past-what:text-matches("^Pausat till \\\\d+ .*: Nyhetsbrev$")');
    await page.click('#resume-newsletter');
    await page.waitForSelector('#now-newsletter', { state: 'detached' });
    await page.waitForSelector('.past-what:text-is("Pausen avslutad: Nyhetsbrev")');
    await until(async () => (await stateOf(stack, person, 'newsletter'))?.allowed === true);
  });

  test('everything at once: a pause, and no contact at all; a contract goes on', async () => {
    const { page, person } = await someone();
    await page.click('#whole summary');
    await page.focus('#pause-whole');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.whole-on');
    expect(await page.evaluate(() => document.activeElement?.closest<HTMLElement>('[data-part]')?.dataset.part)).toBe('whole');
    expect(await page.textContent('#now-newsletter')).toContain('pausat till');
    await page.click('#whole-resume');
    await page.click('#whole summary');
    await page.click('#whole-silence');
    await page.waitForSelector('#whole-speak');
    expect(await page.textContent('#now-newsletter')).toContain('du inte vill bli kontaktad');
    expect([(await stateOf(stack, person, 'newsletter'))?.allowed, (await stateOf(stack, person, 'contract'))?.allowed]).toEqual([false, true]);
    await page.click('#whole-speak');
    await page.waitForSelector('#whole');
    await until(async () => (await stateOf(stack, person, 'newsletter'))?.allowed === true);
  });

  test('work without a script, and change nothing when another site sends them', async () => {
    const { page, person } = await someone('/', { javaScriptEnabled: false });
    await page.click('#wishes-newsletter summary');
    await page.selectOption('#often-newsletter', 'quarterly');
    await page.click('#save-newsletter');
    expect(await page.textContent('#message')).toBe('Sparat: Nyhetsbrev.');
    expect(await stateOf(stack, person, 'newsletter')).toMatchObject({ preferences: { frequency: 'quarterly' } });
    const before = (await eventsOf(person)).length;
    expect(await fromElsewhere(page, '/preferences', 'act=silence')).toBe(403);
    expect((await eventsOf(person)).length).toBe(before);
  });

  test('that are not saved yet outlive a change made elsewhere, and end with the saving', async () => {
    const { page, person } = await someone();
    await live(page);
    await page.click('#wishes-electronic-marketing summary');
    await page.check('#topic-electronic-marketing-offers');
    await page.selectOption('#often-electronic-marketing', 'monthly');
    await prefer(person, { purpose: 'electronic-marketing', language: 'da' });
    await shows(page, '#language-electronic-marketing', 'da');
    expect([await page.isChecked('#topic-electronic-marketing-offers'), await page.inputValue('#often-electronic-marketing'), await page.isVisible('#save-electronic-marketing')]).toEqual([true, 'monthly', true]);
    await page.click('#save-electronic-marketing');
    await message(page, 'Sparat: Annan digital marknadsföring.');
    expect(await stateOf(stack, person, 'electronic-marketing')).toMatchObject({ preferences: { topics: ['offers'], frequency: 'monthly', language: 'da' } });
    await prefer(person, { purpose: 'electronic-marketing', frequency: 'weekly' });
    await shows(page, '#often-electronic-marketing', 'weekly');
  });

  test('that nobody chose yet show what is set elsewhere', async () => {
    const { page, person } = await someone();
    await live(page);
    await page.click('#wishes-electronic-marketing summary');
    await page.check('#topic-electronic-marketing-offers');
    await prefer(person, { purpose: 'electronic-marketing', frequency: 'monthly' });
    await shows(page, '#often-electronic-marketing', 'monthly');
    expect(await page.isChecked('#topic-electronic-marketing-offers')).toBe(true);
  });

  test('made elsewhere they appear on the open page', async () => {
    const { page, person } = await someone();
    await live(page);
    const body = JSON.stringify({ purpose: 'newsletter', pausedUntil: '2999-01-01T00:00:00Z' });
    await fetch(`${stack.urls.api}/v1/people/${person}/preferences`, { method: 'PUT', headers: { authorization: `Bearer ${stack.keys['consents:write']}`, 'content-type': 'application/json' }, body });
    await page.waitForSelector('#now-newsletter:has-text("pausat till")', { timeout: LIVE_MS });
    expect(await page.textContent('#message')).toBe('Nyhetsbrev ändrades nyss på ett annat ställe.');
  });
});

describe('how long ago a system stopped', () => {
  test.each([
    ['sv-SE', /^Nyhetsbrevet slutade för \d+(,\d)? sekund(er)? sedan$/],
    ['da-DK', /^Nyhedsbrevet stoppede for \d+(,\d)? sekund(er)? siden$/],
    ['en-GB', /^The newsletter stopped \d+(\.\d)? seconds? ago$/],
  ])('is told from its own acknowledgement, and kept current without a reload (%s)', async (locale, form) => {
    const { page } = await someone('/', { locale });
    await live(page);
    await page.click('#switch-newsletter');
    const line = page.locator('[data-purpose=newsletter] .stopped li').first();
    await line.waitFor({ timeout: LIVE_MS });
    const first = await line.innerText();
    expect(first).toMatch(form);
    await until(async () => (await line.innerText()) !== first, { timeoutMs: LIVE_MS });
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/portal-stopped-${locale}.png` });
    await page.click('#switch-newsletter');
    await line.waitFor({ state: 'detached', timeout: LIVE_MS });
  });
});

describe('rights', () => {
  test('a copy of everything comes as a file, machine readable or readable, and is recorded as given', async () => {
    const { page, person, email } = await someone('/rights');
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('[name=form][value=json]')]);
    expect(file.suggestedFilename()).toMatch(/^mina-uppgifter-\d{4}-\d\d-\d\d\.json$/);
    const held = JSON.parse(await readFile(await file.path(), 'utf8')) as { person: string; identifiers: { value: string }[]; events: unknown[] };
    expect(held).toMatchObject({ person, identifiers: [{ value: email }] });
    const [readable] = await Promise.all([page.waitForEvent('download'), page.click('[name=form][value=page]')]);
    expect(await readFile(await readable.path(), 'utf8')).toContain(email);
    await until(async () => (await rightsOf(person)).filter((one) => one === 'right-closed access').length >= 2);
    await page.waitForSelector('.asked:has-text("utlämnad")', { timeout: LIVE_MS });
  });

  test('a restriction stops everything at once and says so on the choices; lifting it gives back what was chosen', async () => {
    const { page, person } = await someone('/rights');
    await page.click('#restrict-form summary');
    await page.check('#ground-b');
    await page.fill('#restrict-text', 'Jag behöver tid');
    await page.click('#restrict-form button');
    await message(page, 'dina uppgifter är begränsade');
    expect(await stateOf(stack, person, 'newsletter')).toMatchObject({ status: 'restricted', allowed: false, chosen: { allowed: true } });
    expect(await typesOf(person)).toContain('processing-restricted ~person');
    await page.goto(`${stack.urls.portal}/`);
    expect(await page.textContent('#now-newsletter')).toBe('Gäller just nu: begränsat på din begäran');
    await page.goto(`${stack.urls.portal}/rights`);
    await page.click('form[action="/rights/lift"] button');
    await message(page, 'begränsningen är hävd');
    expect(await stateOf(stack, person, 'newsletter')).toMatchObject({ status: 'given', allowed: true });
    expect(await typesOf(person)).toContain('restriction-lifted ~person');
  });

  test('a complaint is acknowledged with its due date, and its end appears while one looks; the authorities stand beside it', async () => {
    const { page, person } = await someone('/rights');
    expect(await page.locator('.authorities a').evaluateAll((links) => links.map((one) => (one as HTMLAnchorElement).href))).toEqual(['https://www.imy.se/', 'https://www.datatilsynet.dk/', 'https://www.edpb.europa.eu/about-edpb/about-edpb/members_en']);
    await page.click('#complain-form summary');
    await page.fill('#complaint', 'Ni ringde mig <b>tre</b> gånger');
    await page.selectOption('#country', 'DK');
    await page.click('#complain-form button');
    await message(page, 'Ditt klagomål har kommit fram');
    await page.waitForSelector('.asked-open:has-text("Klagomål"):has-text("Svar senast")');
    await live(page);
    const right = (await eventsOf(person)).find(({ type }) => type === 'right-requested')?.event;
    await askApi(stack, 'people:write', `/v1/people/${person}/rights/${right}/close`, { outcome: 'answered' });
    await page.waitForSelector('.asked:has-text("besvarat")', { timeout: LIVE_MS });
    await message(page, 'Det du har begärt har uppdaterats.');
  });

  test('what is being written stays while the ledger is silent, and while something new appears; nothing is chosen beforehand', async () => {
    const { page, person } = await someone('/rights');
    await page.click('#restrict-form summary');
    await page.click('#complain-form summary');
    expect([await page.locator('[name=ground]:checked').count(), await page.inputValue('#country')]).toEqual([0, '']);
    await page.fill('#complaint', 'Ett halvt klagomål');
    await page.check('#ground-b');
    await live(page);
    await page.route('**/rights/view', (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<div data-again data-part="silent" data-rev="silent"></div>' }));
    await askApi(stack, 'people:write', `/v1/people/${person}/complaints`, { text: 'x' });
    await page.waitForResponse('**/rights/view');
    await page.unroute('**/rights/view');
    await page.waitForSelector('.asked-open:has-text("Klagomål")', { timeout: 10_000 });
    expect([await page.inputValue('#complaint'), await page.isChecked('#ground-b')]).toEqual(['Ett halvt klagomål', true]);
  });

  test('words about something wrong become a request with a date to answer by', async () => {
    const { page, person } = await someone('/rights/correction');
    await page.fill('#wrong-words', 'Mitt namn stavas fel');
    await page.click('form[action="/rights/correction/words"] button');
    await page.waitForSelector('.asked-open:has-text("Rättelse")');
    expect(await rightsOf(person)).toEqual(['right-requested rectify']);
  });

  /** Asks for a new address; gives the link that was mailed there, and the code that stands on the page. */
  async function askFor(page: Page, fresh: string, replaces?: string): Promise<{ link: string; code: string }> {
    await page.fill('#email', fresh);
    if (replaces !== undefined) await page.selectOption('#replaces', { label: replaces });
    await page.click('form[action="/rights/correction"] button');
    await page.waitForURL('**/rights/correction/sent');
    const link = await until(() => mailedLink(stack, fresh, '/rights/correction/link/'));
    return { link: link ?? '', code: (await page.textContent('output')) ?? '' };
  }

  test('a new address counts once its link was pressed, takes the place of the old one, and is found by from then on; who asked stays signed in', async () => {
    const { page, email, person } = await someone('/rights/correction');
    const fresh = newAddress();
    const { link } = await askFor(page, fresh, email);
    expect(await page.textContent('.lead')).toContain(fresh);
    expect(await personOf(stack, fresh)).toBeUndefined();
    await page.goto(link);
    expect(await page.textContent('.door-card')).toContain('tas bort i stället');
    await page.click('[value=yes]');
    await message(page, 'dina adresser är rättade');
    expect(await personOf(stack, fresh)).toBe(person);
    await until(async () => (await personOf(stack, email)) === undefined);
    expect(await typesOf(person)).toContain('identifiers-changed ~person');
    await page.goto(`${stack.urls.portal}/`);
    await page.waitForSelector('.choice');
  });

  test('the link works in another browser too, there for whoever has the code; where no address was chosen to go, none goes', async () => {
    const { page, email, person } = await someone('/rights/correction');
    const fresh = newAddress();
    const { link, code } = await askFor(page, fresh);
    const other = await browser.newContext({ locale: 'sv-SE', reducedMotion: 'reduce' });
    contexts.push(other);
    const phone = await other.newPage();
    await phone.goto(link);
    await phone.click('[value=yes]');
    await phone.waitForSelector('#code-wrong');
    expect(await personOf(stack, fresh)).toBeUndefined();
    await phone.fill('#code', code);
    await phone.click('[value=yes]');
    await phone.waitForSelector('h1:has-text("Adressen är tillagd")');
    expect([await personOf(stack, fresh), await personOf(stack, email)]).toEqual([person, person]);
  });

  test('an identifier of somebody else cannot be removed, nor the one by which one is here', async () => {
    const { page, person } = await someone('/rights/correction');
    const another = await someone();
    const identifiersOf = async (id: string) => (await askApi(stack, 'people:write', `/v1/people/${id}/rectify`)).body as { identifiers: { id: string }[] };
    const cookie = (await page.context().cookies(stack.urls.portal)).map(({ name, value }) => `${name}=${value}`).join('; ');
    for (const [of, said] of [[another.person, 'refused'], [person, 'last']] as const) {
      const body = `key=${crypto.randomUUID()}&identifier=${(await identifiersOf(of)).identifiers[0]?.id}`;
      const response = await fetch(`${stack.urls.portal}/rights/correction/remove`, { method: 'POST', headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' }, body, redirect: 'manual' });
      expect(response.headers.get('location')).toBe(`/rights/correction?said=${said}`);
    }
    expect(await personOf(stack, another.email)).toBe(another.person);
  });
});

describe('erasure', () => {
  test('takes two steps and says what stays and why; then the session is over, and the page says what was done', async () => {
    const { page, email, person } = await someone('/rights');
    await page.click('#erase ~ p a');
    expect(await page.textContent('main')).toContain('Det här blir kvar, och varför');
    await page.check('#sure');
    await page.click('form[action="/rights/erasure"] button');
    expect(await typesOf(person)).not.toContain('person-erased ~person');
    await page.click('#erase-now');
    await page.waitForSelector('h1:has-text("Det är raderat")');
    expect(await page.textContent('main')).toMatch(/1 adress eller nummer och \d+ underlag raderades/);
    const ended = await page.locator('.ended li').allTextContents();
    expect(ended).toEqual(expect.arrayContaining(['Nyhetsbrev', 'Annan digital marknadsföring']));
    const told = (await purposesOf(stack)).filter(({ choice }) => choice === 'told').map(({ texts }) => texts.sv?.title);
    expect(told.length).toBeGreaterThan(0);
    expect(ended.filter((title) => told.includes(title))).toEqual([]);
    expect(await page.textContent('main')).toContain('Det som avtal, bokföring eller rättsliga anspråk kräver');
    expect(await page.locator('.account').count()).toBe(0);
    expect((await typesOf(person)).at(-1)).toBe('person-erased ~person');
    expect(await personOf(stack, email)).toBeUndefined();
    await page.goto(`${stack.urls.portal}/`);
    expect(new URL(page.url()).pathname).toBe('/sign-in');
  });

  test('without the tick, from another site, or without a session nothing is erased', async () => {
    const { page, person } = await someone('/rights');
    const cookie = (await page.context().cookies(stack.urls.portal)).map(({ name, value }) => `${name}=${value}`).join('; ');
    const send = async (path: string, form: string, headers: Record<string, string>) =>
      (await fetch(`${stack.urls.portal}${path}`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body: form, redirect: 'manual' })).status;
    expect(await send('/rights/erasure', 'sure=no', { cookie })).toBe(422);
    expect(await send('/rights/erasure/now', `key=${crypto.randomUUID()}`, { cookie })).toBe(422);
    expect(await send('/rights/erasure/now', 'sure=yes', { cookie })).toBe(400);
    expect(await send('/rights/erasure/now', `key=${crypto.randomUUID()}&sure=yes`, {})).toBe(303);
    for (const [path, form] of [['/rights/erasure/now', 'sure=yes'], ['/rights/restrict', 'ground=a'], ['/rights/complaint', 'text=x'], ['/rights/download', 'form=json'], ['/rights/correction', 'email=a@example.se']]) expect(await fromElsewhere(page, path ?? '', form ?? '')).toBe(403);
    expect((await eventsOf(person)).filter(({ type }) => type !== 'consent-granted')).toEqual([]);
  });
});

describe('every page', () => {
  test.each(['light', 'dark'] as const)('is accessible, fits 320 pixels, and cannot be framed (%s)', async (colorScheme) => {
    const { page } = await someone('/', { colorScheme }, `${'m'.repeat(40)}.${newAddress()}`);
    await page.click('#whole summary');
    await page.click('#wishes-electronic-marketing summary');
    await page.click('#pause-electronic-marketing');
    await page.waitForSelector('#now-electronic-marketing');
    const look = async (name: string): Promise<void> => {
      for (const width of [1280, 320]) {
        await page.setViewportSize({ width, height: 900 });
        if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/portal-${name}-${colorScheme}-${width}.png`, fullPage: true });
        expect(await overflowOf(page)).toBeLessThanOrEqual(0);
        expect(await accessibilityFaults(page)).toEqual([]);
      }
    };
    await look('choices');
    await page.goto(`${stack.urls.portal}/rights`);
    await page.click('#complain-form summary');
    await page.fill('#complaint', 'x');
    await page.click('#complain-form button');
    await page.waitForSelector('.asked-open');
    await page.click('#restrict-form summary');
    await look('rights');
    for (const path of ['correction', 'erasure']) {
      const response = await page.goto(`${stack.urls.portal}/rights/${path}`);
      expect(response?.headers()['content-security-policy']).toContain("frame-ancestors 'none'");
      await look(path);
    }
    await page.check('#sure');
    await page.click('form[action="/rights/erasure"] button');
    await look('last-step');
    await page.click('#erase-now');
    await page.waitForSelector('h1:has-text("Det är raderat")');
    await look('erased');
  });
});
