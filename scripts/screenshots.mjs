// Pictures of every page of every program, light and dark, wide and narrow, into docs/screenshots/, and the page that shows them.
// `npm run screenshots [-- <app/name, a part of it>]` takes a running `npm start` (TEST_STACK_RUN_JSON or .data/run.json), else its own.
// What is shown lies in test/browser/scenes: a new page is one line there.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startProduct } from '../test/setup/product.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'docs/screenshots');
const LOOKS = { wide: { width: 1280, height: 800 }, narrow: { width: 320, height: 800 } };
/** The most that a picture may weigh; it is made coarser until it fits. */
const MOST_BYTES = 30_000;
/** A long page is cut here. */
const TALLEST = { wide: 1_600, narrow: 1_400 };
const SCALE = { wide: 0.7, narrow: 1 };
const QUALITIES = [75, 65, 55, 45, 35];

const built = (path) => import(pathToFileURL(join(root, 'dist', path)).href);

async function ownStack() {
  const data = await mkdtemp(join(tmpdir(), 'samtycke-screenshots-'));
  const product = await startProduct(root, data);
  return { runFile: product.runFile, end: () => product.stop().then(() => rm(data, { recursive: true, force: true })) };
}

async function stackToUse() {
  const running = process.env.TEST_STACK_RUN_JSON ?? join(root, '.data/run.json');
  const answers = existsSync(running) && (await built('test/browser/website-stack.js').then(async ({ readStack }) => {
    process.env.TEST_STACK_RUN_JSON = running;
    const { urls } = await readStack();
    return fetch(`${urls.api}/health/live`).then(({ ok }) => ok, () => false);
  }));
  return answers ? { runFile: running, end: async () => undefined } : ownStack();
}

/** WebP, as good as its weight allows; a dialog covers the window, so no more than that is shown with it. */
async function shoot(page, width) {
  // What stands outside the window, such as a link to skip to the content, must not lie in the middle of a page that was scrolled.
  await page.evaluate(() => window.scrollTo(0, 0));
  const session = await page.context().newCDPSession(page);
  const full = await page.evaluate(() => (getComputedStyle(document.body).overflow === 'hidden' ? 0 : document.documentElement.scrollHeight));
  const clip = { x: 0, y: 0, width: LOOKS[width].width, height: Math.min(Math.max(full, LOOKS[width].height), TALLEST[width]), scale: SCALE[width] };
  for (const quality of QUALITIES) {
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality, clip, captureBeyondViewport: true });
    const picture = Buffer.from(data, 'base64');
    if (picture.length <= MOST_BYTES || quality === QUALITIES.at(-1)) return picture;
  }
}

const APPS = { website: 'Website', portal: 'Portal', newsletter: 'Newsletter', analytics: 'Analytics', api: 'API and pages behind links' };
const nameOf = ({ app, name }, scheme, width) => `${app}-${name}-${scheme}-${width}.webp`;

function index(scenes) {
  const cell = (scene, scheme, width) => `<img src="screenshots/${nameOf(scene, scheme, width)}" width="${width === 'wide' ? 320 : 110}" alt="${scene.title}, ${scheme}, ${width}">`;
  const row = (scene) => `| ${scene.title} | ${['light', 'dark'].map((scheme) => `${cell(scene, scheme, 'wide')} ${cell(scene, scheme, 'narrow')}`).join(' | ')} |`;
  const table = (app) => `## ${APPS[app]}\n\n| | light | dark |\n|---|---|---|\n${scenes.filter((scene) => scene.app === app).map(row).join('\n')}\n`;
  return `# What it looks like\n\nEvery page at 1280 and 320 pixels, made by \`npm run screenshots\` from the scenes in [\`test/browser/scenes\`](../test/browser/scenes), which the accessibility\ntests walk too. Long pages are cut.\n\n${Object.keys(APPS).map(table).join('\n')}`;
}

const wanted = process.argv[2] ?? '';
await (await import('node:util')).promisify((await import('node:child_process')).execFile)(process.execPath, [join(root, 'scripts/build.mjs'), '--quiet']);
const { runFile, end } = await stackToUse();
process.env.TEST_STACK_RUN_JSON = runFile;
const [{ SCENES, prepare, openScene }, { readStack }, { launchBrowser }] = await Promise.all(['test/browser/scenes/scenes.js', 'test/browser/website-stack.js', 'libs/testing/src/index.js'].map(built));
const scenes = SCENES.filter(({ picture }) => picture !== false);
const browser = await launchBrowser();
await mkdir(folder, { recursive: true });
try {
  for (const width of Object.keys(LOOKS)) {
    const prepared = await prepare(await readStack());
    for (const scene of scenes.filter(({ app, name }) => `${app}/${name}`.includes(wanted))) {
      const { context, page } = await openScene(browser, scene, prepared, { viewport: LOOKS[width] });
      for (const scheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: scheme });
        await writeFile(join(folder, nameOf(scene, scheme, width)), await shoot(page, width));
      }
      await context.close();
      process.stdout.write('.');
    }
  }
} finally {
  await browser.close();
  await end();
}
const shown = new Set(scenes.flatMap((scene) => ['light', 'dark'].flatMap((scheme) => Object.keys(LOOKS).map((width) => nameOf(scene, scheme, width)))));
const files = await readdir(folder);
for (const file of files) if (!shown.has(file)) await rm(join(folder, file));
const sizes = await Promise.all((await readdir(folder)).map(async (file) => (await stat(join(folder, file))).size));
await writeFile(join(root, 'docs/screenshots.md'), index(scenes));
console.log(`\n${sizes.length} pictures, ${Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1000)} kB together, the largest ${Math.round(Math.max(...sizes) / 1000)} kB`);
