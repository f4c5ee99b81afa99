// Compiles apps/, libs/, bench/, test/faults/ and test/browser/ from TypeScript to dist/ with swc, file by file, and copies what is not code beside it. What
// a browser needs of libs/ is bundled into one file with its page's code.
// Types are not checked here: `npm run types` does that.
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';
import { rolldown } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const isSource = (file) => file.endsWith('.ts') && !file.endsWith('.d.ts');
const isTest = (file) => file.endsWith('.spec.ts');
/** What makes a lib a package of its own (scripts/packages.mjs) says nothing about dist/; libs/web is packed out of dist/ itself. */
const isOfPackage = (file) => /^libs\/consumer(-nest)?\/package\.json$/.test(file);

async function filesBelow(folder) {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

async function isFresh(from, to) {
  const [source, target] = await Promise.all([stat(from), stat(to).catch(() => undefined)]);
  return target !== undefined && target.mtimeMs >= source.mtimeMs;
}

async function compile(file) {
  const target = join(root, 'dist', file.replace(/\.ts$/, '.js'));
  if (await isFresh(join(root, file), target)) return;
  const { code, map } = await transformFile(join(root, file), { cwd: root, filename: join(root, file) });
  await mkdir(dirname(target), { recursive: true });
  if (map) await writeFile(`${target}.map`, map);
  await writeFile(target, map ? `${code}//# sourceMappingURL=${target.split('/').pop()}.map\n` : code);
}

async function copy(file) {
  const target = join(root, 'dist', file);
  if (!(await isFresh(join(root, file), target))) await cp(join(root, file), target, { recursive: true });
}

/** Removes from dist/ what no source stands behind any more. */
async function prune(wanted) {
  for (const file of await filesBelow('dist')) {
    if (!wanted.has(file.slice('dist/'.length).replace(/\.map$/, ''))) await rm(join(root, file));
  }
}

/** Pages whose code uses libs/ or packages. */
const BUNDLED = [
  'apps/api/src/verify/browser/verify-page.js',
  'apps/api/src/propagation/browser/propagation-page.js',
  'apps/api/src/statistics/browser/statistics-page.js',
  'apps/portal/src/browser/portal.js',
  'apps/newsletter/src/browser/newsletter.js',
  'apps/analytics/src/browser/analytics.js',
];
const bundleOf = (file) => file.replace(/\.js$/, '.bundle.js');

/** Written whole or not at all: several builds may run at once. */
async function writeWhole(target, text) {
  const draft = `${target}.${process.pid}`;
  await writeFile(draft, text);
  await rename(draft, target);
}

/** Whether it was made after all that was compiled: also where a build was ended in between. */
async function isNewest(target, compiledAt) {
  const made = await stat(target).catch(() => undefined);
  return made !== undefined && made.mtimeMs >= compiledAt;
}

async function bundle(file, compiledAt) {
  const target = join(root, 'dist', bundleOf(file));
  if (await isNewest(target, compiledAt)) return;
  const bundling = await rolldown({ input: join(root, 'dist', file), cwd: root, platform: 'browser', logLevel: 'warn' });
  const { output } = await bundling.generate({ format: 'esm', minify: true, codeSplitting: false });
  await bundling.close();
  await writeWhole(target, output[0].code);
}

/** The browser package: a classic script, the same as a module, the parts that both load on demand, and their types. */
const WEB = 'libs/web/browser';
const WEB_FILES = ['samtycke.js', 'samtycke.mjs', 'parts.js', 'samtycke.d.ts', 'version'].map((name) => `${WEB}/${name}`);

/** Chromium then reads every function while the script loads, beside the page's thread: nearly all of them run before the banner is there. */
const ALL_AT_ONCE = '//# allFunctionsCalledOnLoad\n';

async function webCode(source, format) {
  const bundling = await rolldown({ input: join(root, 'dist/libs/web/src', source), cwd: root, platform: 'browser', logLevel: 'warn', external: (id) => source !== 'parts.js' && id.endsWith('/parts.js') });
  const { output } = await bundling.generate({ format, minify: true, codeSplitting: false });
  await bundling.close();
  // Notes for bundlers, and the line ends of style sheets, are of no use in a page.
  return (source === 'parts.js' ? '' : ALL_AT_ONCE) + output[0].code.replaceAll('/* @__PURE__ */ ', '').replaceAll(/([;{}])\n/g, '$1');
}

async function bundleWeb(compiledAt) {
  if (await isNewest(join(root, 'dist', WEB, 'version'), compiledAt)) return;
  const [classic, module, parts] = await Promise.all([webCode('classic.js', 'iife'), webCode('module.js', 'esm'), webCode('parts.js', 'esm')]);
  const types = await readFile(join(root, 'libs/web/src/public.ts'), 'utf8');
  const version = createHash('sha256').update([classic, module, parts].join('\0')).digest('base64url').slice(0, 16);
  await mkdir(join(root, 'dist', WEB), { recursive: true });
  const texts = [classic, module, parts].map((code) => code.replaceAll('__VERSION__', version));
  for (const [at, text] of [...texts, types, version].entries()) await writeWhole(join(root, 'dist', WEB_FILES[at]), text);
}

/** npm makes the command executable when it first links it, and never again: a dist/ that was made anew would be refused. */
async function makeExecutable() {
  const { bin } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await Promise.all(Object.values(bin).map((file) => chmod(join(root, file), 0o755)));
}

const started = performance.now();
const folders = await Promise.all(['apps', 'libs', 'bench', 'test/faults', 'test/browser'].map(filesBelow));
const files = folders.flat().filter((file) => !isTest(file) && !isOfPackage(file));
await Promise.all(files.map((file) => (isSource(file) ? compile(file) : copy(file))));
const compiled = await Promise.all(files.filter(isSource).map((file) => stat(join(root, 'dist', file.replace(/\.ts$/, '.js')))));
const compiledAt = compiled.reduce((latest, { mtimeMs }) => Math.max(latest, mtimeMs), 0);
for (const file of BUNDLED) await bundle(file, compiledAt);
await bundleWeb(compiledAt);
await prune(new Set([...files.map((file) => (isSource(file) ? file.replace(/\.ts$/, '.js') : file)), ...BUNDLED.map(bundleOf), ...WEB_FILES]));
await makeExecutable();
if (!process.argv.includes('--quiet')) console.log(`built ${files.length} files in ${Math.round(performance.now() - started)} ms`);
