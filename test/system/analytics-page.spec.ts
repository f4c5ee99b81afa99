import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '#servers';
import { createProxy, launchBrowser, until, type Proxy } from '#testing';
import { analyticsEnv } from './analytics-world.js';
import { createWorld, type World } from './consumer-world.js';

const MAIN = join(process.cwd(), 'dist/apps/analytics/src/main.js');
const AXE = readFileSync(join(process.cwd(), 'node_modules/axe-core/axe.min.js'), 'utf8');

interface Program {
  child: ChildProcess;
  url: string;
  output(): string;
  exit: Promise<unknown[]>;
}

let world: World;
let program: Program;
let browser: Browser;

/** The built program as a process of its own, as the launcher starts it. */
async function start(): Promise<Program> {
  const port = await freePort();
  const { PATH = '' } = process.env;
  const env = { PATH, ...analyticsEnv(world), ANALYTICS_PORT: String(port), LOG_LEVEL: 'info' };
  const child = fork(MAIN, { env, execArgv: [], silent: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exit = once(child, 'exit');
  const [message] = await Promise.race([once(child, 'message'), exit.then(() => Promise.reject(new Error(`it ended: ${output}`)))]);
  expect(message).toEqual({ ready: true });
  return { child, url: `http://127.0.0.1:${port}`, output: () => output, exit };
}

beforeAll(async () => {
  [world, browser] = await Promise.all([createWorld(), launchBrowser()]);
  program = await start();
  await until(async () => ((await (await fetch(`${program.url}/health/ready`)).json()) as { consumer: { state: string } }).consumer.state === 'following', { timeoutMs: 30_000 });
});
afterAll(async () => {
  program.child.kill('SIGKILL');
  await browser.close();
  await world.close();
});

const stamp = (): string => `${new Date().toISOString().slice(0, -1)}000Z`;
const decide = (device: string, allowed: boolean, purpose = 'statistics') =>
  world.writer.next(device, {
    type: allowed ? 'consent-granted' : 'consent-withdrawn',
    purpose,
    kind: 'device',
    occurredAt: stamp(),
    recordedAt: stamp(),
    ...(!allowed && { reason: 'person' as const }),
    after: { status: allowed ? 'given' : 'withdrawn', allowed, since: stamp() },
  });

async function visit(device: string, path: string): Promise<void> {
  await fetch(`${program.url}/collect`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ device, path }) });
}

interface Visit {
  page: Page;
  hosts: Set<string>;
  complaints: string[];
}

async function open(colorScheme: 'light' | 'dark', width = 1280): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en-GB', colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const hosts = new Set<string>();
  const complaints: string[] = [];
  page.on('request', (request) => hosts.add(new URL(request.url()).origin));
  page.on('console', (message) => void (['error', 'warning'].includes(message.type()) && complaints.push(message.text())));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(program.url);
  await page.locator('html[data-drawn]').waitFor();
  await page.locator('#live[data-state="on"]').waitFor();
  return { page, hosts, complaints };
}

const figure = (page: Page, name: string): Promise<string | null> => page.locator(`[data-counter="${name}"] [data-value]`).textContent();

describe('the page', () => {
  test('shows what the ledger’s events did while one looks, and draws both charts, without a request to anybody else', async () => {
    const { page, hosts, complaints } = await open('light');
    const device = randomUUID();
    const grants = [decide(device, true, 'analytics-segmentation'), decide(device, true)];
    await world.writer.send(...grants);
    await world.acknowledged(...grants);
    await visit(device, '/produkter');
    await visit(device, '/produkter');
    await until(async () => (await figure(page, 'views')) === '2');
    expect(await figure(page, 'allowedDevices')).toBe('1');
    expect(await page.locator('#views-chart').getAttribute('aria-label')).toContain('2 page views');
    expect(await page.locator('#segments-chart').getAttribute('aria-label')).toContain('Compares: 1');
    expect(await page.locator('.chart canvas').count()).toBe(2);
    await world.writer.send(decide(device, false));
    await until(async () => (await page.locator('#reactions li').first().textContent())?.includes('2 views and its segment deleted') ?? false);
    expect(await figure(page, 'views')).toBe('0');
    expect(await figure(page, 'viewsDeleted')).toBe('2');
    await page.getByRole('button', { name: '30 days' }).click();
    expect(await page.locator('#views-chart').getAttribute('aria-label')).toContain('30 days');
    expect([...hosts]).toEqual([program.url]);
    expect(complaints).toEqual([]);
    expect(await page.content()).not.toContain(device);
    await page.context().close();
  });

  describe('while what lies between is not whole', () => {
    let proxy: Proxy;
    beforeAll(async () => {
      proxy = await createProxy({ target: () => Number(new URL(program.url).port) });
    });
    afterEach(() => proxy.mend());
    afterAll(() => proxy.close());

    async function openBehind(): Promise<Page> {
      const page = await (await browser.newContext()).newPage();
      await page.clock.install();
      await page.goto(`http://127.0.0.1:${proxy.port}`);
      await page.locator('#live[data-state="on"]').waitFor();
      return page;
    }

    test('follows again though it was refused once, as a proxy does while the analytics start', async () => {
      const page = await openBehind();
      await page.route('**/live', (route) => route.fulfill({ status: 502, body: '' }), { times: 1 });
      await page.reload();
      await page.locator('#live[data-state="off"]', { hasText: 'Not connected' }).waitFor();
      await page.clock.fastForward(10_000);
      await page.locator('#live[data-state="on"]').waitFor();
      await page.context().close();
    });

    test('does not say for more than a minute that it is live where the connection has died without a word', async () => {
      const page = await openBehind();
      proxy.freeze();
      await page.clock.fastForward(61_000);
      await page.locator('#live[data-state="off"]').waitFor();
      proxy.mend();
      await page.clock.fastForward(10_000);
      await page.locator('#live[data-state="on"]').waitFor();
      await page.context().close();
    });

    test('waits for no figures for ever: after an answer that never came it looks again', async () => {
      const page = await openBehind();
      await page.locator('html[data-drawn]').waitFor();
      const asked = page.waitForRequest('**/api/summary');
      await page.route('**/api/summary', () => undefined, { times: 1 });
      await page.clock.fastForward(15_000);
      await asked;
      const drawn = await page.locator('html').getAttribute('data-drawn');
      await until(async () => (await page.locator('html').getAttribute('data-drawn')) !== drawn, { timeoutMs: 75_000 });
      await page.context().close();
    }, 120_000);
  });

  test.each([['light', 1280], ['dark', 1280], ['light', 360]] as const)('has no accessibility fault that axe knows (%s, %i px wide), and nothing runs out of it', async (scheme, width) => {
    const device = randomUUID();
    await world.writer.send(decide(device, true));
    await until(async () => ((await (await fetch(`${program.url}/api/devices/${device}`)).json()) as { allowed: boolean }).allowed);
    await visit(device, '/om-oss');
    const { page, complaints } = await open(scheme, width);
    await page.locator('#pages-rows tr').first().waitFor();
    for (const summary of await page.locator('summary').all()) await summary.click();
    await page.evaluate(AXE.replace(/^/, 'window.module = undefined;'));
    const found = await page.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
      return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
    expect(found).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('is served under a policy that allows nothing inline and nobody else', async () => {
    const answer = await fetch(program.url);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:/);
    expect(await answer.text()).not.toMatch(/ style=|<style|<script>| on[a-z]+=/);
    for (const path of ['/assets/uplot/uPlot.esm.js', '/assets/js/../main.js', '/assets/js/analytics.js', '/assets/js/analytics.ts', '/assets/%2e%2e/src/main.js']) {
      expect((await fetch(program.url + path)).status).toBe(404);
    }
  });
});

describe('the program', () => {
  test('logs lines of JSON without an id of anybody', () => {
    const lines = program.output().trim().split('\n');
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ app: 'analytics' });
    expect(program.output().replace(/samtycke-\S+/g, '')).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/);
  });

  test('ends within 5 s, with code 0, when it is told to, also while pages are open', async () => {
    const { page } = await open('light');
    const begun = performance.now();
    program.child.kill('SIGTERM');
    expect((await program.exit)[0]).toBe(0);
    expect(performance.now() - begun).toBeLessThan(5_000);
    await page.context().close();
  });

  test('ends when whoever started it is gone', async () => {
    program = await start();
    program.child.disconnect();
    expect((await program.exit)[0]).toBe(0);
  });

  test('names the setting that is missing', async () => {
    const child = fork(MAIN, { env: { PATH: process.env.PATH ?? '' }, execArgv: [], silent: true });
    let output = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
    expect((await once(child, 'close'))[0]).toBe(1);
    expect(output).toContain('DATABASE_URL is missing');
  });
});
