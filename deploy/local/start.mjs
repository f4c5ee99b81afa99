// `npm start`: installs the locked dependencies when they are missing or others, builds, and starts everything.
// Stands on nothing but Node itself, since it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { installIfNeeded } from './install.mjs';
import { end, runStep } from './run.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const built = join(root, 'dist/apps/start/src');

function demandNode() {
  const needed = readFileSync(join(root, 'package.json'), 'utf8').match(/"node":\s*">=([\d.]+)"/)?.[1] ?? '20.19.0';
  const [own, lowest] = [process.versions.node, needed].map((version) => version.split('.').map(Number));
  const differs = own.findIndex((part, at) => part !== lowest[at]);
  if (differs >= 0 && own[differs] < lowest[differs]) end(`Node ${process.versions.node} is too old: Samtycke needs Node ${needed} or newer.`);
}

/**
 * A second start on the same data folder is told so before anything is installed or built. Asked of the last build, in a
 * process of its own, since this one is to load what is built next.
 */
function demandAlone() {
  const dataDir = resolve(root, process.env.SAMTYCKE_DATA?.trim() || '.data');
  const { status, stdout } = spawnSync(process.execPath, [join(built, 'demand-alone.js'), dataDir], { encoding: 'utf8' });
  if (status === 3) end(`\n${stdout.trim()}`);
}

demandNode();
demandAlone();
await installIfNeeded();
await runStep('build', process.execPath, ['scripts/build.mjs', '--quiet'], root);
await import(pathToFileURL(join(built, 'main.js')).href);
