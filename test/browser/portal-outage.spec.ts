import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '#servers';
import { createProxy, freshDatabase, launchBrowser, until, type FreshDatabase, type Proxy } from '#testing';
import { accessibilityFaults } from './website-stack.js';

/** Answers like the api as far as the portal asks it, and can be away. */
interface Stub {
  server: Server;
  url: string;
  away: boolean;
  changes: { key: string | undefined; decision: string; subject: Record<string, string> }[];
  allowed: boolean;
  complaints: { key: string | undefined; text: string }[];
}

const PERSON = '00000000-0000-4000-8000-000000000001';

async function startStub(): Promise<Stub> {
  const stub = { away: false, changes: [], complaints: [], allowed: true } as unknown as Stub;
  stub.server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (stub.away) return void request.socket.destroy();
      const found = answer(stub, request.url ?? '', body, request.headers['idempotency-key'] as string);
      response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(found ?? { code: 'not_found' }));
    });
  });
  await once(stub.server.listen(0, '127.0.0.1'), 'listening');
  stub.url = `http://127.0.0.1:${(stub.server.address() as AddressInfo).port}`;
  return stub;
}

function answer(stub: Stub, url: string, body: string, key: string | undefined): unknown {
  if (url === '/v1/people/lookup') return { person: PERSON };
  if (url === '/v1/purposes') return { purposes: [{ id: 'newsletter', basis: 'eu-gdpr:A6-1-a', holder: 'person', choice: 'grant-withdraw', channels: ['email'], texts: { sv: { title: 'Nyhetsbrev', summary: '' } } }] };
  if (url.endsWith('/rights')) return { rights: [] };
  if (url.endsWith('/consents') && url.includes('/people/')) return { consents: [{ purpose: 'newsletter', status: stub.allowed ? 'given' : 'withdrawn', allowed: stub.allowed, version: stub.allowed ? 1 : 2 }] };
  if (url.endsWith('/complaints')) {
    const { text } = JSON.parse(body) as { text: string };
    if (!stub.complaints.some((complaint) => complaint.key === key)) stub.complaints.push({ key, text });
    return {};
  }
  if (url === '/v1/consents') {
    const { decisions, subject } = JSON.parse(body) as { decisions: { decision: string }[]; subject: Record<string, string> };
    if (!stub.changes.some((change) => change.key === key)) stub.changes.push({ key, decision: decisions[0]?.decision ?? '', subject });
    stub.allowed = decisions[0]?.decision === 'grant';
    return { person: PERSON };
  }
  return undefined;
}

let database: FreshDatabase;
let stub: Stub;
let portal: RunningPortal;
let browser: Browser;
let cookie: string;

interface RunningPortal {
  url: string;
  /** Ends the program as the launcher does, and answers its exit code. */
  stop(): Promise<number | null>;
}

/** The portal as a program, without a Kafka. */
async function startPortal(): Promise<RunningPortal> {
  const port = await freePort();
  const own = { DATABASE_URL: database.url, KAFKA_BROKERS: '127.0.0.1:9', API_URL: stub.url, API_KEY: 'key', PORTAL_PORT: String(port), PORTAL_DEV_SIGNIN: '1', LOG_LEVEL: 'silent' };
  const program = fork('dist/apps/portal/src/main.js', { env: { ...process.env, ...own }, execArgv: [] });
  const ended = once(program, 'exit');
  const ready = await Promise.race([once(program, 'message'), ended.then(() => undefined)]);
  if (!ready) throw new Error('the portal ended before it was ready');
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      program.kill('SIGTERM');
      return ((await ended) as [number | null])[0];
    },
  };
}

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});
beforeEach(async () => {
  database = await freshDatabase();
  stub = await startStub();
  portal = await startPortal();
  const form = { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded' } } as const;
  const response = await fetch(`${portal.url}/sign-in`, { ...form, body: 'who=anna@example.se' });
  cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
  await view();
});
afterEach(async () => {
  await portal.stop();
  stub.server.close();
  stub.server.closeAllConnections();
  await database.drop();
});

const view = async (): Promise<string> => (await fetch(`${portal.url}/view`, { headers: { cookie } })).text();

async function press(turn: 'on' | 'off', key = crypto.randomUUID()): Promise<{ result: string; view: string }> {
  const headers = { cookie, accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(`${portal.url}/choices`, { method: 'POST', headers, body: new URLSearchParams({ key, purpose: 'newsletter', turn }) });
  return (await response.json()) as { result: string; view: string };
}

test('without Kafka and with the api the portal serves its pages', async () => {
  expect((await fetch(`${portal.url}/health/ready`)).status).toBe(200);
  expect(await view()).toContain('switch-newsletter');
});

test('while the api is away what somebody wrote is not lost: the same is sent again with one press, and counts once', async () => {
  const page = await (await browser.newContext({ locale: 'sv-SE', javaScriptEnabled: false })).newPage();
  const [name = '', value = ''] = cookie.split('=');
  await page.context().addCookies([{ name, value, url: portal.url }]);
  await page.goto(`${portal.url}/rights`);
  await page.click('#complain-form summary');
  await page.fill('#complaint', 'Rad ett\n"<två>"');
  stub.away = true;
  await page.click('#complain-form button');
  expect(await page.textContent('[role=alert]')).toContain('Försök igen');
  await page.click('.door-card button');
  stub.away = false;
  await page.click('.door-card button');
  await page.waitForSelector('.message:has-text("Ditt klagomål har kommit fram")');
  expect(stub.complaints).toEqual([{ key: expect.any(String), text: 'Rad ett\n"<två>"' }]);
  await page.context().close();
});

test('while the api is away a no is kept and shown, and arrives once, after a restart of the portal too', async () => {
  stub.away = true;
  const key = crypto.randomUUID();
  const first = await press('off', key);
  expect(first.result).toBe('waiting');
  expect(first.view).toContain('data-waiting');
  expect((await press('off', key)).result).toBe('waiting');
  await portal.stop();
  portal = await startPortal();
  stub.away = false;
  await until(() => stub.changes.length > 0);
  expect(stub.changes).toEqual([{ key: `${key}:newsletter:off::`, decision: 'withdraw', subject: { person: PERSON } }]);
  await until(async () => !(await view()).includes('data-waiting'));
});

test('while the api is away a yes is not saved and never sent later', async () => {
  stub.allowed = false;
  stub.away = true;
  expect((await press('on')).result).toBe('failed');
  stub.away = false;
  expect((await press('off')).result).toBe('saved');
  expect(stub.changes.map(({ decision }) => decision)).toEqual(['withdraw']);
});

test('a yes goes after every no that still waits', async () => {
  stub.away = true;
  expect((await press('off')).result).toBe('waiting');
  stub.away = false;
  expect((await press('on')).result).toBe('saved');
  expect(stub.changes.map(({ decision }) => decision)).toEqual(['withdraw', 'grant']);
});

test('while nothing is known about somebody and the api is away, no state is invented', async () => {
  stub.away = true;
  const form = { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded' } } as const;
  const response = await fetch(`${portal.url}/sign-in`, { ...form, body: 'who=ny@example.se' });
  cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
  const markup = await view();
  expect(markup).toContain('Vi når inte dina val just nu');
  expect(markup).not.toContain('class="choice"');
});

async function openPage(colorScheme: 'light' | 'dark'): Promise<Page> {
  const context = await browser.newContext({ locale: 'sv-SE', colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(portal.url);
  return page;
}

test.each(['light', 'dark'] as const)('what is shown while the api is away is accessible, and heals by itself without a reload (%s)', async (colorScheme) => {
  const page = await openPage(colorScheme);
  await page.fill('#who', 'anna@example.se');
  await page.click('.door-form button');
  await page.waitForSelector('#live[data-state=on]');
  await page.waitForSelector('#switch-newsletter[aria-checked=true]');
  stub.away = true;
  await page.click('#switch-newsletter');
  await page.waitForSelector('.trouble');
  await page.waitForSelector('#state-newsletter.state-pending');
  expect(await accessibilityFaults(page)).toEqual([]);
  const other = await openPage(colorScheme);
  await other.fill('#who', 'ny@example.se');
  await other.click('.door-form button');
  await other.waitForSelector('.trouble-alone');
  expect(await accessibilityFaults(other)).toEqual([]);
  stub.away = false;
  await other.waitForSelector('.choice');
  await page.waitForFunction(() => !document.querySelector('.trouble, [data-waiting]'));
  expect(await page.getAttribute('#switch-newsletter', 'aria-checked')).toBe('false');
  expect(await portal.stop()).toBe(0);
  await page.waitForSelector('#live[data-state=off]');
  await page.context().close();
  await other.context().close();
});

describe('a page that is open', () => {
  let proxy: Proxy | undefined;
  afterEach(() => {
    proxy?.close();
    proxy = undefined;
  });

  /** Somebody's page, which follows what happens. */
  async function openLive(url: string): Promise<Page> {
    const page = await (await browser.newContext({ locale: 'sv-SE', reducedMotion: 'reduce' })).newPage();
    const [name = '', value = ''] = cookie.split('=');
    await page.context().addCookies([{ name, value, url }]);
    await page.clock.install();
    await page.goto(url);
    await page.waitForSelector('#live[data-state=on]');
    return page;
  }

  test('follows again though what lies between has refused it once, as a proxy does while the portal starts', async () => {
    const page = await openLive(portal.url);
    await page.route('**/live', (route) => route.fulfill({ status: 502, body: '' }), { times: 1 });
    await page.reload();
    await page.waitForSelector('#live[data-state=off]');
    await page.clock.fastForward(10_000);
    await page.waitForSelector('#live[data-state=on]');
    await page.context().close();
  });

  test('waits for no answer for ever: a press on a dead connection is told as not saved, and the same press made again counts once', async () => {
    proxy = await createProxy({ target: () => Number(new URL(portal.url).port) });
    const page = await openLive(`http://127.0.0.1:${proxy.port}`);
    proxy.freeze();
    await page.click('#switch-newsletter');
    await page.waitForSelector('#message[data-mood=bad]');
    expect(await page.getAttribute('#switch-newsletter', 'aria-checked')).toBe('true');
    proxy.mend();
    await page.click('#switch-newsletter');
    await page.waitForSelector('#message[data-mood=good]');
    expect(await page.getAttribute('#switch-newsletter', 'aria-checked')).toBe('false');
    expect(stub.changes.map(({ decision }) => decision)).toEqual(['withdraw']);
    await page.context().close();
  });

  test('does not say that nothing has changed where only the answer to a press was lost', async () => {
    proxy = await createProxy({ target: () => Number(new URL(portal.url).port) });
    const page = await openLive(`http://127.0.0.1:${proxy.port}`);
    proxy.swallow('POST /choices');
    await page.click('#switch-newsletter');
    await page.waitForSelector('#message[data-mood=bad]:has-text("kan inte säga om det sparades")');
    expect(stub.changes.map(({ decision }) => decision)).toEqual(['withdraw']);
    await page.context().close();
  });

  test('does not say for more than a minute that it is up to date where the connection has died without a word', async () => {
    proxy = await createProxy({ target: () => Number(new URL(portal.url).port) });
    const page = await openLive(`http://127.0.0.1:${proxy.port}`);
    proxy.freeze();
    await page.clock.fastForward(61_000);
    await page.waitForSelector('#live[data-state=off]');
    proxy.mend();
    await page.clock.fastForward(10_000);
    await page.waitForSelector('#live[data-state=on]');
    await page.context().close();
  });
});
