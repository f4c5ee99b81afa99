import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from './config/read-config.js';
import { startWebsite, type RunningWebsite } from './start-website.js';

let api: Server;
let withApi: RunningWebsite;
let alone: RunningWebsite;

/** Knows one notice, in a newer version than the catalogue that came along. */
function answer(url: string): { status: number; body: object } {
  if (!url.startsWith('/v1/notices/newsletter-signup')) return { status: 503, body: {} };
  return { status: 200, body: { id: 'newsletter-signup', version: '2.0', locale: 'sv', title: 'Ny text', body: 'Vem ansvarar?\n\nVi <b>gör</b> det:\n\n- ett\n- två' } };
}

const start = (apiUrl: string): Promise<RunningWebsite> => startWebsite({ ...readConfig({ SITE_KEY: 'site-key', API_URL: apiUrl, SAMTYCKE_DATA: join(tmpdir(), `samtycke-none-${process.pid}`) }), port: 0, logLevel: 'silent' });

beforeAll(async () => {
  api = createServer((request, response) => {
    const { status, body } = answer(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await once(api.listen(0, '127.0.0.1'), 'listening');
  withApi = await start(`http://127.0.0.1:${(api.address() as AddressInfo).port}`);
  alone = await start('http://127.0.0.1:9');
});
afterAll(async () => {
  await withApi?.stop();
  await alone?.stop();
  api?.close();
});

async function page(site: RunningWebsite, path: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(`${site.url}${path}`, { headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

describe('notices', () => {
  test('a notice is shown in the version that the ledger has in force', async () => {
    expect((await page(withApi, '/information/newsletter-signup')).text).toContain('version 2.0');
  });

  test('while the api is away the site is whole, with the texts that came along', async () => {
    const { status, text } = await page(alone, '/information/newsletter-signup');
    expect(status).toBe(200);
    expect(text).toContain('version 1.3');
  });

  test('a notice is shown as text, never as markup', async () => {
    const { text } = await page(withApi, '/information/newsletter-signup');
    expect(text).toContain('<h2>Vem ansvarar?</h2><p>Vi &lt;b&gt;gör&lt;/b&gt; det:</p><ul><li>ett</li><li>två</li></ul>');
  });
});

describe('every answer', () => {
  test.each(['/', '/produkter', '/utbildningar', '/om-oss', '/kontakt', '/kontakt/tack', '/reklamation', '/kundportalen', '/information', '/utvecklare'])('%s allows no inline script or style and nobody else, and is not cached', async (path) => {
    const { status, headers, text } = await page(alone, path);
    expect(status).toBe(200);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self' http://127.0.0.1:9;");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).not.toMatch(/ (style|on\w+)="/);
    expect(headers.get('set-cookie')).toBeNull();
  });

  test('an unknown address and an unknown notice are 404, as a page', async () => {
    for (const path of ['/finns-inte', '/information/finns-inte', '/information/..%2f..%2fmain.js']) {
      const { status, text } = await page(alone, path);
      expect(status).toBe(404);
      expect(text).toContain('Här är det tomt och kallt');
    }
  });

  test('only the browser modules are served, no source and no map', async () => {
    for (const path of ['/assets/js/../main.js', '/assets/js/site.js.map', '/assets/js/site.ts', '/assets/../package.json']) expect((await page(alone, path)).status).toBe(404);
    expect((await page(alone, '/assets/site.css')).headers.get('content-type')).toContain('text/css');
  });
});

describe('Global Privacy Control', () => {
  test('only exactly 1 is the signal', async () => {
    const isTold = async (headers: Record<string, string>): Promise<boolean> => (await page(alone, '/', headers)).text.includes('data-gpc="1"');
    expect(await isTold({ 'sec-gpc': '1' })).toBe(true);
    for (const value of ['0', 'true', '1, 1']) expect(await isTold({ 'sec-gpc': value })).toBe(false);
    expect(await isTold({})).toBe(false);
  });

  test('the site says that it abides by it', async () => {
    expect(JSON.parse((await page(alone, '/.well-known/gpc.json')).text)).toEqual({ gpc: true, lastUpdate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
  });
});

test('what is missing or wrong in the environment is named', () => {
  expect(() => readConfig({})).toThrow('SITE_KEY');
  expect(() => readConfig({ SITE_KEY: 'k', WEBSITE_PORT: '99999' })).toThrow('WEBSITE_PORT');
  expect(() => readConfig({ SITE_KEY: 'k', API_URL: 'nowhere' })).toThrow('API_URL');
});
