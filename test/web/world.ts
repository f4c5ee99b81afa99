import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, BrowserContextOptions, Page, Request } from 'playwright-core';
import { launchBrowser, until } from '#testing';
import { testApi, type TestApi } from '../setup/api.js';

export const DEVICE_PURPOSES = ['site-improvement', 'analytics-segmentation', 'statistics', 'precise-location'];

/** A page of a site: its body, and what is different about it. */
export interface SitePage {
  lang?: string;
  head?: string;
  body?: string;
  /** Attributes of the script tag; `false` for a page without one. */
  script?: string | false;
  headers?: Record<string, string>;
}

/** The real api, a real Chromium, and a site of another origin that holds what a test writes into it. */
export interface World {
  api: TestApi;
  apiUrl: string;
  siteUrl: string;
  /** The same server by another name: another origin, which has no key. */
  strangeUrl: string;
  siteKey: string;
  pages: Map<string, SitePage>;
  /** Scripts of the site; one that is not here notes that it ran. */
  files: Map<string, string>;
  browser: Browser;
  /** Opens a page in a context of its own. */
  visit(path?: string, options?: BrowserContextOptions): Promise<Visit>;
  open(context: BrowserContext, path?: string): Promise<Visit>;
  stateOf(device: string, purpose: string): Promise<{ status: string; allowed: boolean }>;
  leave(): Promise<void>;
  close(): Promise<void>;
}

export interface Visit {
  page: Page;
  requests: Request[];
  /** What the page complained about. */
  complaints: string[];
}

/** The strictest policy under which the script works. */
export const strictCsp = (apiUrl: string): string => `default-src 'none'; script-src 'self' ${apiUrl}; connect-src ${apiUrl}; style-src 'self'; img-src 'self'; frame-src 'self'; form-action ${apiUrl}; base-uri 'none'; require-trusted-types-for 'script'`;

const markup = (apiUrl: string, siteKey: string, { lang = 'sv', head = '', body = '', script = '' }: SitePage): string =>
  `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>A site</title>${head}${script === false ? '' : `<script src="${apiUrl}/samtycke.js" data-site-key="${siteKey}" ${script}></script>`}</head><body><header>A header of its own</header><main><h1>A site</h1>${body}</main></body></html>`;

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

function serve(answer: (path: string) => Answer): Server {
  return createServer((request, response) => {
    const { status, headers, body } = answer((request.url ?? '/').split('?')[0] ?? '/');
    response.writeHead(status, headers).end(body);
  });
}

export async function startWorld(options?: Parameters<typeof testApi>[0]): Promise<World> {
  const api = await testApi(options);
  await api.app.listen(0, '127.0.0.1');
  const apiUrl = await api.app.getUrl();
  const pages = new Map<string, SitePage>([['/', {}]]);
  const files = new Map<string, string>();
  let siteKey = '';
  const site = serve((path): Answer => {
    const page = pages.get(path);
    if (path.endsWith('.js')) return { status: 200, headers: { 'content-type': 'text/javascript' }, body: files.get(path) ?? `window.ran = [...(window.ran ?? []), '${path}'];` };
    if (!page) return { status: 404, headers: {}, body: '' };
    return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8', ...page.headers }, body: markup(apiUrl, siteKey, page) };
  });
  await once(site.listen(0, '127.0.0.1'), 'listening');
  const { port } = site.address() as AddressInfo;
  const siteUrl = `http://127.0.0.1:${port}`;
  siteKey = (await api.makeKey({ kind: 'site', owner: 'site', origins: [siteUrl], purposes: [...DEVICE_PURPOSES, 'newsletter'] })).secret;
  await until(async () => (await fetch(`${apiUrl}/v1/sites/${siteKey}`, { headers: { origin: siteUrl } })).headers.get('access-control-allow-origin') === siteUrl);
  const browser = await launchBrowser();
  let contexts: BrowserContext[] = [];

  async function open(context: BrowserContext, path = '/'): Promise<Visit> {
    const page = await context.newPage();
    const visit: Visit = { page, requests: [], complaints: [] };
    page.on('request', (request) => visit.requests.push(request));
    page.on('pageerror', (error) => visit.complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && visit.complaints.push(message.text()));
    await page.goto(path.startsWith('http') ? path : siteUrl + path);
    return visit;
  }

  return {
    api, apiUrl, siteUrl, siteKey, pages, files, browser, open,
    strangeUrl: `http://localhost:${port}`,
    async visit(path, options = {}) {
      const context = await browser.newContext({ locale: 'sv-SE', reducedMotion: 'reduce', ...options });
      contexts.push(context);
      return open(context, path);
    },
    async stateOf(device, purpose) {
      const { body } = await api.get(`/v1/people/${device}/consents`, api.keys['consents:read']);
      return (body.consents as { purpose: string; status: string; allowed: boolean }[]).find((one) => one.purpose === purpose) ?? { status: 'none', allowed: false };
    },
    async leave() {
      for (const context of contexts) await context.close();
      contexts = [];
    },
    async close() {
      await browser.close();
      site.close();
      site.closeAllConnections();
      await api.close();
    },
  };
}

export const BANNER = 'samtycke-banner section';
export const press = (page: Page, kind: 'refuse' | 'accept' | 'plain'): Promise<void> => page.click(`${BANNER} .${kind}`);

export const remembered = <T>(page: Page, name: string): Promise<T | undefined> => page.evaluate((key) => JSON.parse(localStorage.getItem(`samtycke.${key}`) ?? 'null') ?? undefined, name);

export async function deviceOf(page: Page): Promise<string> {
  return (await until(() => remembered<{ device: string }>(page, 'device'))).device;
}

export const isRecorded = (page: Page): Promise<unknown> => until(async () => (await remembered<unknown[]>(page, 'outbox'))?.length === 0);

export const may = (page: Page, purpose: string): Promise<boolean> => page.evaluate((one) => window.samtycke?.ready.then((samtycke) => samtycke.may(one)) ?? false, purpose);

export const posts = (requests: Request[], apiUrl: string): string[] => requests.filter((request) => request.method() === 'POST').map((request) => request.url().slice(apiUrl.length).replace(/sk_[\w-]+|(?<=sites\/)[\w-]+/, '…'));
