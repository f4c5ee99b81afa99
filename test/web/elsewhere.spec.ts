import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page, Request, Route } from 'playwright-core';
import { newHolderId } from '#ledger';
import { until } from '#testing';
import { networkOf } from '../../apps/api/src/http/source.js';
import { DeviceWatch } from '../../apps/api/src/watch/device-watch.js';
import { deviceOf, isRecorded, may, press, remembered, startWorld, type World } from './world.js';

/** A script as sites have them: it sets its cookie, works on, and stops by itself when its purpose is taken back. */
const COUNTER = `
document.cookie = '_pk_id=1; path=/';
localStorage.setItem('_pk_visits', '1');
window.beats = 0;
const beat = setInterval(() => { window.beats += 1; }, 20);
document.addEventListener('samtycke:change', ({ detail }) => { if (!detail.granted.includes('statistics')) { clearInterval(beat); window.stopped = true; } });`;

const GENEROUS = { timeoutMs: 30_000 };
let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.files.set('/counter.js', COUNTER);
  world.pages.set('/', { body: '<script type="text/plain" data-purpose="statistics" data-cookies="_pk_*" data-stops src="/counter.js"></script>' });
  world.pages.set('/none', { script: false });
  world.pages.set('/portal-link', { body: '<a id="out" href="/portal/?x=1#y" data-samtycke="portal">My choices</a>' });
});
afterEach(() => world.leave());
afterAll(() => world.close());

interface Token {
  device: string;
  token: string;
}

const watches = (requests: Request[]): Request[] => requests.filter((request) => request.url().endsWith('/v1/devices/watch'));
const checks = (requests: Request[]): Request[] => requests.filter((request) => request.url().endsWith('/v1/check'));
const cookies = (page: Page): Promise<string> => page.evaluate(() => document.cookie);
const value = <T>(page: Page, name: string): Promise<T> => page.evaluate((key) => (window as unknown as Record<string, T>)[key] as T, name);

async function accept(page: Page): Promise<Token> {
  await press(page, 'accept');
  await deviceOf(page);
  await isRecorded(page);
  return (await remembered<Token>(page, 'device')) as Token;
}

/** Once the page listens, and knows what the ledger has counted so far. */
const listens = (page: Page): Promise<unknown> => until(async () => (await remembered<string>(page, 'seen')) !== undefined, GENEROUS);

/** By somebody else than this browser: a system of the company. */
async function decide(device: string, purpose: string, decision: string): Promise<void> {
  await world.api.post('/v1/consents', { subject: { person: device }, decisions: [{ purpose, decision }], capture: { context: 'cookies', method: 'phone' } }, world.api.keys['consents:write']).expect(201);
}

/** The same pages from another origin of the same host, as of another subdomain: they share cookies, and no event tells of what the other stores. */
async function anotherOrigin(): Promise<{ url: string; server: Server }> {
  const server = createServer(({ url }, response) => {
    void fetch(world.siteUrl + url).then(async (answer) => response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(await answer.text()));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('a withdrawal that was made elsewhere', () => {
  test('on another subdomain that shares the choice, stops them as well', async () => {
    const { server, url } = await anotherOrigin();
    const { secret } = await world.api.makeKey({ kind: 'site', owner: 'both', origins: [world.siteUrl, url], purposes: ['statistics'] });
    await until(async () => (await fetch(`${world.apiUrl}/v1/sites/${secret}`, { headers: { origin: url } })).headers.get('access-control-allow-origin') === url);
    world.pages.set('/shared', { script: false, head: `<script src="${world.apiUrl}/samtycke.js" data-site-key="${secret}" data-domain="127.0.0.1"></script>`, body: '<script type="text/plain" data-purpose="statistics" data-stops src="/counter.js"></script>' });
    const { page } = await world.visit('/shared');
    await press(page, 'accept');
    await until(async () => (await value<number>(page, 'beats')) > 2, GENEROUS);
    await listens(page);
    const { page: other } = await world.open(page.context(), `${url}/shared`);
    expect(await may(other, 'statistics')).toBe(true);
    await other.evaluate(() => window.samtycke?.withdraw());
    await until(() => value<boolean>(page, 'stopped'), GENEROUS);
    server.close();
    server.closeAllConnections();
  });

  test('stops the scripts of its purpose in the page that is open, and removes their cookies, without loading it anew', async () => {
    const { page, requests } = await world.visit();
    const { device } = await accept(page);
    await until(async () => (await value<number>(page, 'beats')) > 2, GENEROUS);
    expect(await cookies(page)).toContain('_pk_id');
    await page.evaluate(() => ((window as unknown as { here: boolean }).here = true));
    await listens(page);
    await decide(device, 'statistics', 'withdraw');
    await until(() => value<boolean>(page, 'stopped'), GENEROUS);
    const beats = await value<number>(page, 'beats');
    expect(await cookies(page)).not.toContain('_pk_id');
    expect(await page.evaluate(() => localStorage.getItem('_pk_visits'))).toBeNull();
    expect([await may(page, 'statistics'), await may(page, 'site-improvement')]).toEqual([false, true]);
    expect([await value<boolean>(page, 'here'), await value<number>(page, 'beats')]).toEqual([true, beats]);
    expect(requests.filter((request) => request.isNavigationRequest())).toHaveLength(1);
  });

  test('reaches every tab of the browser over one connection, and the next tab listens when the first is closed', async () => {
    const first = await world.visit();
    const { device } = await accept(first.page);
    const second = await world.open(first.page.context());
    await until(async () => (await value<number>(second.page, 'beats')) > 2, GENEROUS);
    await listens(first.page);
    expect(watches([...first.requests, ...second.requests])).toHaveLength(1);
    await decide(device, 'site-improvement', 'withdraw');
    await until(async () => !(await may(second.page, 'site-improvement')), GENEROUS);
    await first.page.close();
    await until(() => watches(second.requests).length === 1, GENEROUS);
    await decide(device, 'statistics', 'withdraw');
    await until(() => value<boolean>(second.page, 'stopped'), GENEROUS);
  });

  test('of the last yes leaves nothing in the browser but the flag', async () => {
    const { page } = await world.visit();
    const { device } = await accept(page);
    await listens(page);
    for (const purpose of await page.evaluate(() => window.samtycke?.change.granted ?? [])) await decide(device, purpose, 'withdraw');
    await until(async () => (await remembered(page, 'device')) === undefined, GENEROUS);
    expect((await page.evaluate(() => Object.keys(localStorage))).sort()).toEqual(['samtycke.choices', 'samtycke.cookies', 'samtycke.outbox']);
  });

  test('is noticed though it was made while no page was open, and a grant made elsewhere adds nothing', async () => {
    const { page } = await world.visit();
    const { device } = await accept(page);
    await listens(page);
    await page.goto('about:blank');
    await decide(device, 'statistics', 'withdraw');
    await page.goto(world.siteUrl);
    await until(async () => !(await may(page, 'statistics')), GENEROUS);
    const count = await until(() => remembered<string>(page, 'seen'));
    await world.api.post('/v1/consents', { subject: { person: device }, decisions: [{ purpose: 'statistics', decision: 'grant' }], notice: { id: 'cookies', version: '1.3', locale: 'sv' } }, world.api.keys['consents:write']).expect(201);
    await until(async () => (await remembered<string>(page, 'seen')) !== count, GENEROUS);
    expect(await may(page, 'statistics')).toBe(false);
  });
});

describe('a withdrawal that was made elsewhere is noticed', () => {
  test('though a change of another purpose waits in this browser', async () => {
    const { page } = await world.visit();
    const { device } = await accept(page);
    await listens(page);
    await page.route(`${world.apiUrl}/v1/consents`, (route) => route.abort());
    await page.evaluate(() => window.samtycke?.withdraw('precise-location'));
    await decide(device, 'statistics', 'withdraw');
    await until(async () => !(await may(page, 'statistics')), GENEROUS);
    expect([await may(page, 'site-improvement'), (await remembered<unknown[]>(page, 'outbox'))?.length]).toEqual([true, 1]);
  });

  test('though the browser remembers a yes to something that the catalogue does not have', async () => {
    const { page } = await world.visit();
    const { device } = await accept(page);
    await listens(page);
    await page.goto('about:blank');
    await decide(device, 'statistics', 'withdraw');
    await page.goto(`${world.siteUrl}/nothing`);
    await page.evaluate(() => {
      const choices = JSON.parse(localStorage.getItem('samtycke.choices') ?? '') as { granted: string[]; asked: Record<string, string> };
      localStorage.setItem('samtycke.choices', JSON.stringify({ ...choices, granted: [...choices.granted, 'of-long-ago'], asked: { ...choices.asked, 'of-long-ago': '1.0' } }));
    });
    await page.goto(world.siteUrl);
    await until(async () => !(await may(page, 'statistics')), GENEROUS);
    expect(await page.evaluate(() => window.samtycke?.change.granted)).toEqual(['precise-location', 'site-improvement', 'analytics-segmentation']);
  });
});

describe('listening', () => {
  test('asks nothing while nothing happens, and names the device in no address', async () => {
    const { page, requests } = await world.visit();
    const { token } = await accept(page);
    await listens(page);
    const again = await world.open(page.context());
    await page.close();
    await until(() => watches(again.requests).length === 1, GENEROUS);
    expect(watches(requests)[0]?.postDataJSON()).toEqual({ device: token });
    expect(checks(again.requests).length).toBeLessThanOrEqual(1);
    for (const request of [...requests, ...again.requests]) expect(decodeURIComponent(request.url())).not.toContain(token);
  });

  test('a page without a yes holds no connection; with the last yes the connection goes', async () => {
    const { page, requests } = await world.visit();
    await press(page, 'refuse');
    await page.reload();
    expect(watches(requests)).toHaveLength(0);
    const other = await world.visit();
    await accept(other.page);
    await listens(other.page);
    const ended = other.page.waitForEvent('requestfailed', { predicate: (request) => request.url().endsWith('/v1/devices/watch') });
    await other.page.evaluate(() => window.samtycke?.withdraw());
    await ended;
    await until(async () => (await remembered(other.page, 'device')) === undefined, GENEROUS);
    expect(await remembered(other.page, 'seen')).toBeUndefined();
  });
});

describe('where a page cannot listen it asks once a minute, and learns of a no as well', () => {
  async function acceptUnderAClock(prepare: (page: Page) => Promise<unknown> = async () => undefined): Promise<{ page: Page; requests: Request[]; device: string }> {
    const { page, requests } = await world.visit('/none');
    await page.clock.install();
    await prepare(page);
    await page.goto(world.siteUrl);
    return { page, requests, device: (await accept(page)).device };
  }

  async function hearsOfANo({ page, requests, device }: Awaited<ReturnType<typeof acceptUnderAClock>>): Promise<void> {
    // By steps that leave an answer the time to come: what a page asks gives up after ten seconds of its clock.
    const secondsUntil = (question: () => Promise<unknown>): Promise<unknown> =>
      until(async () => {
        await page.clock.fastForward(1_000);
        return question();
      }, GENEROUS);
    await secondsUntil(async () => (await checks(requests).at(-1)?.response())?.ok());
    expect(await may(page, 'statistics')).toBe(true);
    await decide(device, 'statistics', 'withdraw');
    await secondsUntil(async () => !(await may(page, 'statistics')));
    expect(await may(page, 'site-improvement')).toBe(true);
  }

  test('because too many pages are open: the api takes no more', async () => {
    const watch = world.api.app.get(DeviceWatch);
    const leaves = await Promise.all(Array.from({ length: 1_000 }, () => watch.add(newHolderId(), networkOf('127.0.0.1') ?? '', { tell: () => undefined, end: () => undefined })));
    const visit = await acceptUnderAClock();
    const refused = await until(() => watches(visit.requests)[0]?.response());
    expect(refused.status()).toBe(503);
    await hearsOfANo(visit);
    for (const leave of leaves) leave?.();
  });

  test('because what lies between refuses it', async () => {
    const visit = await acceptUnderAClock((page) => page.route('**/v1/devices/watch', (route) => route.fulfill({ status: 403 })));
    await until(() => watches(visit.requests).length > 0);
    await hearsOfANo(visit);
  });

  test('because what lies between lets nothing through, and says so to nobody', async () => {
    const visit = await acceptUnderAClock((page) => page.route('**/v1/devices/watch', () => undefined));
    await until(() => watches(visit.requests).length > 0);
    await hearsOfANo(visit);
    expect(watches(visit.requests).length).toBeGreaterThan(1);
  });

  test('because its browser has no locks: it holds no connection', async () => {
    const visit = await acceptUnderAClock((page) => page.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined })));
    await hearsOfANo(visit);
    expect(watches(visit.requests)).toEqual([]);
  });

  test('without locks while it is seen, and at once when it is seen again', async () => {
    const { page, requests, device } = await acceptUnderAClock((one) => one.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined })));
    const turn = (hidden: boolean): Promise<unknown> =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    await until(async () => (await checks(requests)[0]?.response())?.ok(), GENEROUS);
    await turn(true);
    await decide(device, 'statistics', 'withdraw');
    for (let minutes = 0; minutes < 3; minutes += 1) await page.clock.fastForward(66_000);
    expect(await may(page, 'statistics')).toBe(true);
    expect(checks(requests)).toHaveLength(1);
    await turn(false);
    await until(async () => !(await may(page, 'statistics')), GENEROUS);
    expect(checks(requests)).toHaveLength(2);
  });
});

describe('the way to the portal', () => {
  test('takes the device along in the body of a POST, never in an address', async () => {
    const { page } = await world.visit('/portal-link');
    const { token } = await accept(page);
    await listens(page);
    const coming = page.waitForRequest((request) => request.isNavigationRequest());
    await page.click('#out');
    const request = await coming;
    expect([request.method(), request.url(), request.postData()]).toEqual(['POST', `${world.siteUrl}/from-website`, new URLSearchParams({ device: token }).toString()]);
  });

  test.each([
    ['cannot be loaded', (route: Route) => route.abort()],
    ['is not there yet', () => undefined],
  ])('leads there at once where what would take the device along %s', async (_, answer) => {
    const { page } = await world.visit('/portal-link');
    await accept(page);
    await page.route('**/parts.js?*', answer);
    await page.reload();
    await page.evaluate(() => window.samtycke?.ready);
    const coming = page.waitForRequest((request) => request.isNavigationRequest());
    await page.click('#out');
    const request = await coming;
    expect([request.method(), request.url()]).toEqual(['GET', `${world.siteUrl}/portal/?x=1`]);
  });

  test('opens in a new tab where that was wanted', async () => {
    const { page } = await world.visit('/portal-link');
    await accept(page);
    await listens(page);
    const opened = page.context().waitForEvent('request', (request) => request.url().endsWith('/from-website'));
    await page.click('#out', { modifiers: ['ControlOrMeta'] });
    expect((await opened).method()).toBe('POST');
    expect(page.url()).toBe(`${world.siteUrl}/portal-link`);
  });

  test('without a device it is a link like any other', async () => {
    const { page } = await world.visit('/portal-link');
    await press(page, 'refuse');
    const coming = page.waitForRequest((request) => request.isNavigationRequest());
    await page.click('#out');
    const request = await coming;
    expect([request.method(), request.url()]).toEqual(['GET', `${world.siteUrl}/portal/?x=1`]);
  });
});

describe('listening ends with the last yes', () => {
  test('also while it is asked what has ended: the next yes is listened for at once', async () => {
    const { page, requests } = await world.visit();
    await page.route('**/v1/devices/watch', (route) => route.fulfill({ status: 403 }));
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    await page.route('**/v1/check', (route) => held.then(() => route.continue()));
    await accept(page);
    await until(() => checks(requests).length === 1, GENEROUS);
    await page.evaluate(() => window.samtycke?.withdraw());
    await until(async () => (await remembered(page, 'device')) === undefined, GENEROUS);
    goOn();
    await page.click('samtycke-banner .again');
    await page.click('samtycke-preferences .accept');
    await until(() => watches(requests).length === 2, GENEROUS);
  });
});

test('where the question what has ended is refused it is not asked once for each purpose', async () => {
  const { page, requests } = await world.visit();
  await accept(page);
  await listens(page);
  await page.goto('about:blank');
  await page.route('**/v1/check', (route) => route.fulfill({ status: 429, headers: { 'access-control-allow-origin': '*' }, contentType: 'application/json', body: '{"code":"too_many_requests"}' }));
  await page.evaluate(() => sessionStorage.clear()).catch(() => undefined);
  const before = requests.length;
  const listening = page.waitForRequest('**/v1/devices/watch');
  await page.goto(world.siteUrl);
  await listening;
  expect(checks(requests.slice(before))).toHaveLength(1);
  expect(await may(page, 'statistics')).toBe(true);
});
