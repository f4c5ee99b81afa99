// Compiles apps/, libs/ and bench/ from TypeScript to dist/ with swc, file by file, and copies what is not code beside it.
// Types are not checked here: `npm run types` does that.
import { cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const isSource = (file) => file.endsWith('.ts') && !file.endsWith('.d.ts');
const isTest = (file) => file.endsWith('.spec.ts');

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

const started = performance.now();
const folders = await Promise.all(['apps', 'libs', 'bench'].map(filesBelow));
const files = folders.flat().filter((file) => !isTest(file));
await Promise.all(files.map((file) => (isSource(file) ? compile(file) : copy(file))));
await prune(new Set(files.map((file) => (isSource(file) ? file.replace(/\.ts$/, '.js') : file))));
if (!process.argv.includes('--quiet')) console.log(`built ${files.length} files in ${Math.round(performance.now() - started)} ms`);
