import { readFile } from 'node:fs/promises';
import type { BrowserContext } from 'playwright-core';
import type { World } from './world.js';

/** Subdomains of one domain, each with a key of its own, whose pages share one choice: `a.example.test`, `b.example.test` … */
export async function subdomains(world: World, purposes: Record<string, string[]>): Promise<BrowserContext> {
  const names = Object.keys(purposes);
  const keys = await Promise.all(names.map((name) => world.api.makeKey({ kind: 'site', owner: name, origins: [`http://${name}.example.test`], purposes: purposes[name] })));
  const secrets = Object.fromEntries(names.map((name, at) => [`${name}.example.test`, keys[at]?.secret]));
  const { page } = await world.visit('/nothing');
  const context = page.context();
  await page.close();
  await context.grantPermissions(['local-network-access']).catch(() => undefined);
  const script = await readFile('dist/libs/web/browser/samtycke.js', 'utf8');
  const parts = await readFile('dist/libs/web/browser/parts.js', 'utf8');
  await context.route('http://*.example.test/**', (route) => {
    const { pathname, hostname } = new URL(route.request().url());
    if (pathname.endsWith('.js')) return route.fulfill({ contentType: 'text/javascript', body: pathname === '/samtycke.js' ? script : parts });
    return route.fulfill({ contentType: 'text/html', body: `<!doctype html><html lang="sv"><title>A</title><script src="/samtycke.js" data-site-key="${secrets[hostname]}" data-api="${world.apiUrl}" data-domain="example.test"></script><body></body></html>` });
  });
  await context.route(`${world.apiUrl}/**`, async (route) => {
    const response = await route.fetch().catch(() => undefined);
    if (!response) return route.abort().catch(() => undefined);
    await route.fulfill({ response, headers: { ...response.headers(), 'access-control-allow-origin': route.request().headers().origin ?? '*' } });
  });
  return context;
}
