import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type * as declared from '../../libs/web/src/public.js';
import type * as written from '../../libs/web/src/module.js';
import { BANNER, deviceOf, press, startWorld, type World } from './world.js';

const run = promisify(execFile);
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterEach(() => world.leave());
afterAll(() => world.close());

/** Holds while it compiles: the package does what its types say. */
export type Promised = typeof written.start extends typeof declared.start ? true : never;
export const promised: Promised = true;

test('npm pack holds the module, the classic script, what both load on demand, their types and how to use them', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: 'dist/libs/web' });
  const [{ name, files }] = JSON.parse(stdout) as [{ name: string; files: { path: string }[] }];
  expect(name).toBe('@samtycke/web');
  expect(files.map(({ path }) => path).sort()).toEqual(['README.md', 'browser/parts.js', 'browser/samtycke.d.ts', 'browser/samtycke.js', 'browser/samtycke.mjs', 'browser/version', 'package.json']);
  const { exports } = JSON.parse(await readFile('dist/libs/web/package.json', 'utf8')) as { exports: Record<string, unknown> };
  expect(exports['.']).toEqual({ types: './browser/samtycke.d.ts', default: './browser/samtycke.mjs' });
});

test('its types compile by themselves, and it can be imported where there is no browser', async () => {
  await run('npx', ['tsc', '--noEmit', '--ignoreConfig', '--strict', '--lib', 'es2022,dom', 'dist/libs/web/browser/samtycke.d.ts']);
  const { stdout } = await run(process.execPath, ['-e', "import('./dist/libs/web/browser/samtycke.mjs').then(({ start }) => console.log(typeof start))"]);
  expect(stdout.trim()).toBe('function');
});

test('as a module it asks and records like the script', async () => {
  const version = await readFile('dist/libs/web/browser/version', 'utf8');
  world.files.set('/app.js', `import { start } from '${world.apiUrl}/samtycke/${version}/samtycke.mjs'; start({ siteKey: '${world.siteKey}' });`);
  world.pages.set('/module', { script: false, head: '<script type="module" src="/app.js"></script>' });
  const { page } = await world.visit('/module');
  await press(page, 'plain');
  await page.click('samtycke-preferences .accept');
  await deviceOf(page);
});

test('from its own versioned address, with its hash, it is the same: for pages that pin what they run', async () => {
  const version = await readFile('dist/libs/web/browser/version', 'utf8');
  const script = await (await fetch(`${world.apiUrl}/samtycke/${version}/samtycke.js`)).arrayBuffer();
  const integrity = `sha384-${Buffer.from(await crypto.subtle.digest('SHA-384', script)).toString('base64')}`;
  world.pages.set('/pinned', { script: false, head: `<script src="${world.apiUrl}/samtycke/${version}/samtycke.js" integrity="${integrity}" crossorigin data-site-key="${world.siteKey}" defer></script>` });
  const { page, complaints } = await world.visit('/pinned');
  await page.waitForSelector(BANNER);
  await press(page, 'plain');
  await page.waitForSelector('samtycke-preferences dialog[open]');
  expect(complaints).toEqual([]);
});
