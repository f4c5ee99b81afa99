import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page, Request } from 'playwright-core';
import { someone } from '../setup/api.js';
import { until } from '#testing';
import { BANNER, deviceOf, isRecorded, may, press, remembered, startWorld, type World } from './world.js';
import { subdomains } from './subdomains.js';

const A = 'http://a.example.test/';
const B = 'http://b.example.test/';
let world: World;
beforeAll(async () => {
  world = await startWorld({ limits: { grants: 1 } });
  const pageOf = async (path: string, ...purposes: string[]): Promise<void> => {
    const { secret } = await world.api.makeKey({ kind: 'site', owner: 'odd', origins: [world.siteUrl], purposes });
    await until(async () => (await fetch(`${world.apiUrl}/v1/sites/${secret}`, { headers: { origin: world.siteUrl } })).ok);
    world.pages.set(path, { script: false, head: `<script src="${world.apiUrl}/samtycke.js" data-site-key="${secret}"></script>` });
  };
  await pageOf('/odd', 'statistics', 'site-necessary');
  await pageOf('/location', 'precise-location');
  await pageOf('/statistics', 'statistics');
  world.pages.set('/own', { body: `<button onclick="samtycke.grant('statistics')">Statistik</button>` });
  world.pages.set('/sign-up', { body: '<samtycke-subscribe purpose="newsletter"></samtycke-subscribe>' });
});
afterEach(() => world.leave());
afterAll(() => world.close());

const said = (requests: Request[]): string[] =>
  requests.filter((request) => request.url().endsWith('/v1/consents') && request.method() === 'POST').flatMap((request) => (request.postDataJSON() as { decisions: { purpose: string; decision: string }[] }).decisions.map(({ purpose, decision }) => `${decision} ${purpose}`));
const withdraw = (page: Page, ...purposes: string[]): Promise<void> => page.evaluate((names) => window.samtycke?.withdraw(...names), purposes);

async function open(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

describe('nothing that waits keeps a no from arriving', () => {
  test('a sign-up above the limit of its network', async () => {
    const { page } = await world.visit('/sign-up');
    await press(page, 'accept');
    const device = await deviceOf(page);
    await isRecorded(page);
    for (const mood of ['good', 'waiting']) {
      await page.fill('samtycke-subscribe input', someone().email);
      await page.click('samtycke-subscribe button[type=submit]');
      await page.waitForSelector(`samtycke-subscribe [data-mood=${mood}]`);
    }
    await withdraw(page, 'statistics');
    await until(async () => (await world.stateOf(device, 'statistics')).status === 'withdrawn');
    await page.waitForFunction(() => window.samtycke?.change.recorded);
    expect(await remembered(page, 'outbox')).toMatchObject([{ what: 'newsletter' }]);
  });

  test('what the ledger will never take', async () => {
    const { page } = await world.visit('/odd');
    await press(page, 'accept');
    const device = await deviceOf(page);
    await isRecorded(page);
    await withdraw(page, 'site-necessary');
    await withdraw(page, 'statistics');
    await isRecorded(page);
    expect((await world.stateOf(device, 'statistics')).status).toBe('withdrawn');
  });
});

test.each([
  ['a page of the site', 200, 'text/html', '<h1>Back soon</h1>'],
  ['what lies between', 404, 'text/plain', 'default backend'],
  ['what lies between, in JSON', 400, 'application/json', '{"message":"no"}'],
])('a no that %s answers in the place of the ledger waits until the ledger has it', async (_, status, contentType, body) => {
  const { page } = await world.visit();
  await press(page, 'accept');
  const device = await deviceOf(page);
  await isRecorded(page);
  const calls = `${world.apiUrl}/v1/consents`;
  let answered = 0;
  await page.route(calls, async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    answered += 1;
    await route.fulfill({ status, contentType, body, headers: { 'access-control-allow-origin': '*' } });
  });
  await withdraw(page, 'statistics');
  await until(() => answered > 0);
  expect([await may(page, 'statistics'), await remembered(page, 'outbox')]).toEqual([false, [expect.objectContaining({ what: 'cookies' })]]);
  await page.unroute(calls);
  await until(async () => (await world.stateOf(device, 'statistics')).status === 'withdrawn', { timeoutMs: 20_000 });
  await until(async () => ((await remembered<unknown[]>(page, 'outbox')) ?? []).length === 0);
});

test('a yes that was taken back before it was sent is never sent; the rest of what was said with it is', async () => {
  const { page, requests } = await world.visit('/own');
  await press(page, 'accept');
  const device = await deviceOf(page);
  await isRecorded(page);
  await page.route(`${world.apiUrl}/v1/consents`, (route) => route.abort());
  await page.click('samtycke-banner .again');
  await page.click('samtycke-preferences .accept');
  await withdraw(page, 'statistics');
  await page.goto('about:blank');
  await page.unroute(`${world.apiUrl}/v1/consents`);
  const before = requests.length;
  await page.goto(`${world.siteUrl}/own`);
  await isRecorded(page);
  const all = said(requests.slice(before));
  expect(all.filter((one) => one.endsWith(' statistics'))).toEqual(['withdraw statistics']);
  expect(all).toContain('grant site-improvement');
  expect(await world.stateOf(device, 'statistics')).toMatchObject({ status: 'withdrawn', version: 2 });
});

test('a yes that is taken back while the id is made for it is never sent', async () => {
  const { page, requests } = await world.visit();
  await page.waitForSelector(BANNER);
  let goOn: () => void = () => undefined;
  await page.route(`${world.apiUrl}/v1/devices`, async (route) => {
    await new Promise<void>((resolve) => (goOn = resolve));
    await route.continue();
  });
  const asked = page.waitForRequest(`${world.apiUrl}/v1/devices`);
  await press(page, 'accept');
  await asked;
  await withdraw(page, 'statistics');
  goOn();
  const device = await deviceOf(page);
  await isRecorded(page);
  expect(said(requests).filter((one) => one.endsWith(' statistics'))).toEqual(['withdraw statistics']);
  expect(await world.stateOf(device, 'site-improvement')).toMatchObject({ status: 'given' });
});

interface Kept {
  what: string;
  at: number;
  occurredAt?: string;
  body: { decisions: { purpose: string; decision: string }[]; notice?: { snapshot: string } };
}

/** Changes what waits in this browser, as an older page may have left it there. */
async function changeKept(page: Page, change: (item: Kept) => void): Promise<void> {
  const items = await until(() => remembered<Kept[]>(page, 'outbox'));
  items.forEach(change);
  await page.evaluate((text) => localStorage.setItem('samtycke.outbox', text), JSON.stringify(items));
}

test('where the ledger cannot take one decision it still gets those that were made with it', async () => {
  const { page } = await world.visit('/own');
  await press(page, 'accept');
  const device = await deviceOf(page);
  await isRecorded(page);
  await page.route(`${world.apiUrl}/v1/consents`, (route) => route.abort());
  await withdraw(page);
  await changeKept(page, ({ body }) => body.decisions.unshift({ purpose: 'site-necessary', decision: 'withdraw' }));
  await page.unroute(`${world.apiUrl}/v1/consents`);
  await page.reload();
  await isRecorded(page);
  expect((await world.stateOf(device, 'statistics')).status).toBe('withdrawn');
  expect(await remembered(page, 'device')).toBeUndefined();
});

test('a no that is refused because of the key waits, and the id with it', async () => {
  const { page } = await world.visit('/location');
  await press(page, 'accept');
  const device = await deviceOf(page);
  await isRecorded(page);
  const calls = `${world.apiUrl}/v1/consents`;
  await page.route(calls, (route) => route.continue({ postData: { ...(route.request().postDataJSON() as object), subject: { person: device } } }));
  const refused = page.waitForResponse((response) => response.url() === calls && response.status() === 403);
  await page.goto(`${world.siteUrl}/statistics`);
  await withdraw(page);
  await refused;
  expect(await remembered(page, 'device')).toMatchObject({ device });
  await page.unroute(calls);
  await until(async () => (await world.stateOf(device, 'precise-location')).status === 'withdrawn');
  await until(async () => (await remembered(page, 'device')) === undefined);
});

test('what the ledger did not take of an older decision removes no newer yes that waits', async () => {
  const { page } = await world.visit('/own');
  await press(page, 'accept');
  const device = await deviceOf(page);
  await isRecorded(page);
  await withdraw(page, 'statistics', 'site-improvement');
  await isRecorded(page);
  await page.route(`${world.apiUrl}/v1/consents`, (route) => route.abort());
  await page.click('main button');
  await changeKept(page, ({ body }) => {
    body.decisions.push({ purpose: 'site-improvement', decision: 'refuse' });
    Object.assign(body.notice ?? {}, { snapshot: 'of another text' });
  });
  await page.click('main button');
  await page.unroute(`${world.apiUrl}/v1/consents`);
  await page.reload();
  await isRecorded(page);
  expect(await may(page, 'statistics')).toBe(true);
  expect(await world.stateOf(device, 'statistics')).toMatchObject({ allowed: true });
});

describe('where the ledger does not take a yes anew', () => {
  const HOUR_MS = 3_600_000;

  /** Every yes is given, and said once more while the ledger cannot be reached. */
  async function renewed(): Promise<{ page: Page; device: string }> {
    const { page } = await world.visit('/own');
    await press(page, 'accept');
    const device = await deviceOf(page);
    await isRecorded(page);
    await page.route(`${world.apiUrl}/v1/consents`, (route) => route.abort());
    await page.click('samtycke-banner .again');
    await page.click('samtycke-preferences .accept');
    return { page, device };
  }

  async function goOn(page: Page): Promise<void> {
    await page.goto('about:blank');
    await page.unroute(`${world.apiUrl}/v1/consents`);
    await page.goto(world.siteUrl);
    await isRecorded(page);
  }

  test('since a later one is in force, that one stands here too', async () => {
    const { page, device } = await renewed();
    await changeKept(page, (item) => Object.assign(item, { at: item.at - HOUR_MS, occurredAt: undefined }));
    await goOn(page);
    expect(await world.stateOf(device, 'statistics')).toMatchObject({ allowed: true });
    expect(await may(page, 'statistics')).toBe(true);
    expect(await remembered(page, 'device')).toMatchObject({ device });
  });

  test('the older one stands as long as the ledger says so, and its id with it', async () => {
    const { page, device } = await renewed();
    await changeKept(page, ({ body }) => void Object.assign(body.notice ?? {}, { snapshot: 'of another text' }));
    await world.api.post('/v1/consents', { subject: { person: device }, decisions: [{ purpose: 'precise-location', decision: 'withdraw' }] }, world.api.keys['consents:write']).expect(201);
    await goOn(page);
    await until(async () => !(await may(page, 'precise-location')));
    expect(await may(page, 'statistics')).toBe(true);
    expect(await world.stateOf(device, 'statistics')).toMatchObject({ allowed: true });
    expect(await remembered(page, 'device')).toMatchObject({ device });
  });

  test('one that it never had is none', async () => {
    const { page } = await world.visit();
    await page.route(`${world.apiUrl}/v1/consents`, (route) => route.abort());
    await press(page, 'accept');
    await page.click('samtycke-banner .again');
    await page.click('samtycke-preferences .accept');
    await changeKept(page, ({ body }) => void Object.assign(body.notice ?? {}, { snapshot: 'of another text' }));
    await goOn(page);
    expect(await may(page, 'statistics')).toBe(false);
  });
});

describe('where what looks at a refused yes cannot be loaded', () => {
  /** No text stands behind what is said from now on. */
  async function withoutText(page: Page): Promise<void> {
    await page.route('**/parts.js?*', (route) => route.abort());
    await page.route(`${world.apiUrl}/v1/consents`, (route) => {
      const { notice, ...said } = route.request().postDataJSON() as { notice: object };
      return route.continue({ postData: { ...said, notice: { ...notice, snapshot: 'of another text' } } });
    });
  }

  test('it is none all the same, and is asked again', async () => {
    const { page, requests } = await world.visit();
    await page.waitForSelector(BANNER);
    await withoutText(page);
    const answer = page.waitForResponse((response) => response.url().endsWith('/v1/consents') && response.status() === 422);
    await press(page, 'accept');
    await answer;
    await until(async () => !(await may(page, 'statistics')));
    await page.waitForSelector(BANNER);
    await isRecorded(page);
    expect(said(requests)).toHaveLength(4);
    expect(await remembered(page, 'device')).toBeUndefined();
  });

  test('an older one that the ledger had stands', async () => {
    const { page } = await world.visit('/own');
    await page.waitForSelector(BANNER);
    await page.click('main button');
    await deviceOf(page);
    await isRecorded(page);
    await withoutText(page);
    await page.reload();
    await press(page, 'accept');
    await until(async () => !(await may(page, 'site-improvement')));
    expect(await may(page, 'statistics')).toBe(true);
    expect(await remembered(page, 'device')).toBeDefined();
  });
});

test('a yes that was refused with another one beside a no is said again by itself', async () => {
  const { page } = await world.visit();
  await page.route(`${world.apiUrl}/v1/consents`, (route) => route.abort());
  await press(page, 'plain');
  await page.check('samtycke-preferences [name=statistics]');
  await page.check('samtycke-preferences [name=site-improvement]');
  await page.click('samtycke-preferences .plain');
  const device = await deviceOf(page);
  await page.goto('about:blank');
  await page.unroute(`${world.apiUrl}/v1/consents`);
  await page.goto(`${world.siteUrl}/statistics`);
  await isRecorded(page);
  expect(await world.stateOf(device, 'statistics')).toMatchObject({ status: 'given' });
  expect(await page.evaluate(() => window.samtycke?.change.granted)).toEqual(['statistics']);
});

describe('a clock that has gone wrong', () => {
  test('since the id was made keeps no yes from the ledger', async () => {
    const { page } = await world.visit('/own');
    await page.waitForSelector(BANNER);
    await page.click('main button');
    const device = await deviceOf(page);
    await isRecorded(page);
    await page.clock.setFixedTime(Date.now() + 1_800_000);
    await page.reload();
    await page.waitForSelector(BANNER);
    await press(page, 'accept');
    await isRecorded(page);
    expect(await world.stateOf(device, 'site-improvement')).toMatchObject({ status: 'given' });
    expect([await may(page, 'statistics'), await may(page, 'site-improvement')]).toEqual([true, true]);
  });

  test('and goes wrong with every answer has a yes that is refused said once more, not for ever', async () => {
    const { page, requests } = await world.visit('/statistics');
    await page.waitForSelector(BANNER);
    const calls = `${world.apiUrl}/v1/consents`;
    let hours = 0;
    await page.route(calls, async (route) => {
      const { notice, ...said } = route.request().postDataJSON() as { notice: object };
      const response = await route.fetch({ postData: { ...said, notice: { ...notice, snapshot: 'of another text' } } });
      hours += 1;
      await route.fulfill({ response, headers: { ...response.headers(), date: new Date(Date.now() - hours * 3_600_000).toUTCString() } });
    });
    await press(page, 'accept');
    await until(() => hours > 1);
    await isRecorded(page);
    const keys = requests.filter((request) => request.url() === calls && request.method() === 'POST').map((request) => request.headers()['idempotency-key']);
    expect(new Set(keys).size).toBe(2);
    expect(await may(page, 'statistics')).toBe(false);
  });

  test('and is set right while an answer is lost makes no other body under its key', async () => {
    const { page, requests } = await world.visit();
    await page.waitForSelector(BANNER);
    await page.clock.setFixedTime(Date.now() + 1_800_000);
    const calls = `${world.apiUrl}/v1/consents`;
    await page.route(calls, (route) => route.fetch().then(() => route.abort()));
    const lost = page.waitForEvent('requestfailed', { predicate: (request) => request.url() === calls });
    await press(page, 'accept');
    const device = await deviceOf(page);
    await lost;
    await page.unroute(calls);
    await page.clock.setFixedTime(Date.now());
    await page.evaluate(() => localStorage.setItem('samtycke.device', JSON.stringify({ ...window.samtycke?.device, ahead: 0 })));
    await page.reload();
    await isRecorded(page);
    const sent = requests.filter((request) => request.url() === calls && request.method() === 'POST').map((request) => [request.headers()['idempotency-key'], request.postData()].join());
    expect(sent.length).toBeGreaterThan(1);
    expect(new Set(sent).size).toBe(1);
    expect(await world.stateOf(device, 'statistics')).toMatchObject({ version: 1 });
  });
});

describe('subdomains that share the choice', () => {
  test('a yes that waits at one of them is not sent once another took it back, and no id is made', async () => {
    const context = await subdomains(world, { a: ['statistics'], b: ['statistics'] });
    const first = await open(context, A);
    await first.waitForSelector(BANNER);
    await first.route(`${world.apiUrl}/v1/devices`, (route) => route.abort());
    await press(first, 'accept');
    await until(async () => (await remembered<unknown[]>(first, 'outbox'))?.length === 1);
    await first.goto('about:blank');
    await first.unroute(`${world.apiUrl}/v1/devices`);
    const second = await open(context, B);
    await second.click('samtycke-banner .again');
    await second.click('samtycke-preferences .refuse');
    const calls: Request[] = [];
    first.on('request', (request) => calls.push(request));
    await first.goto(A);
    await isRecorded(first);
    expect(await may(first, 'statistics')).toBe(false);
    expect(calls.filter((request) => request.method() === 'POST').map((request) => new URL(request.url()).pathname)).toEqual([]);
    expect((await context.cookies(A)).map(({ name }) => name)).toEqual(['samtycke.choices']);
    await context.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('a no that waits at one of them reaches the id that it was meant for, though another forgot it since', async () => {
    const context = await subdomains(world, { a: ['statistics'], b: ['statistics'] });
    const first = await open(context, A);
    await press(first, 'accept');
    await first.waitForFunction(() => window.samtycke?.change.recorded && window.samtycke.device);
    const device = await first.evaluate(() => window.samtycke?.device?.device ?? '');
    await first.route(`${world.apiUrl}/v1/consents`, (route) => route.abort());
    await withdraw(first);
    const second = await open(context, B);
    await second.waitForFunction(() => window.samtycke && !window.samtycke.device);
    await withdraw(first);
    await first.unroute(`${world.apiUrl}/v1/consents`);
    const calls: Request[] = [];
    first.on('request', (request) => calls.push(request));
    await first.goto(A);
    await isRecorded(first);
    expect((await world.stateOf(device, 'statistics')).status).toBe('withdrawn');
    expect(calls.filter((request) => request.url().endsWith('/v1/devices'))).toEqual([]);
    await context.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('what only another of them asks about is left as it was, and ends with a no to all', async () => {
    const context = await subdomains(world, { a: ['statistics', 'precise-location'], b: ['statistics', 'site-improvement'] });
    const page = await open(context, B);
    await press(page, 'accept');
    await page.waitForFunction(() => window.samtycke?.change.recorded && window.samtycke.device);
    const calls: Request[] = [];
    page.on('request', (request) => calls.push(request));
    await page.goto(A);
    await press(page, 'accept');
    await page.waitForFunction(() => window.samtycke?.change.recorded);
    expect(said(calls).sort()).toEqual(['grant precise-location', 'grant statistics']);
    await page.goto(B);
    expect(await may(page, 'site-improvement')).toBe(true);
    expect(await page.locator(BANNER).count()).toBe(0);
    await page.goto(A);
    const device = await page.evaluate(() => window.samtycke?.device?.device ?? '');
    await page.evaluate(() => window.samtycke?.ready.then((samtycke) => samtycke.withdraw()));
    await page.waitForFunction(() => window.samtycke?.change.recorded && !window.samtycke.device);
    for (const purpose of ['statistics', 'precise-location', 'site-improvement']) expect([purpose, await world.stateOf(device, purpose)]).toMatchObject([purpose, { status: 'withdrawn' }]);
    await page.goto(B);
    expect(await may(page, 'site-improvement')).toBe(false);
    await context.unrouteAll({ behavior: 'ignoreErrors' });
  });
});
