// Installs the locked dependencies if they are missing or are not those of package-lock.json.
// `node deploy/local/install.mjs` does just that. Stands on nothing but Node itself.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runStep } from './run.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages ?? {};
  } catch {
    return undefined;
  }
}

/** Whether node_modules holds what package-lock.json names: compared by content, since a checkout sets file times anew. */
export function isInstalled() {
  const locked = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  if (!locked || !installed) return false;
  return Object.entries(locked).every(
    ([path, { version, link, optional }]) => path === '' || link || (installed[path] ? installed[path].version === version : optional === true),
  );
}

/** Runs `npm ci`, development dependencies included (the build is one), unless everything is there. */
export async function installIfNeeded() {
  if (isInstalled()) return;
  console.log('  install       the locked dependencies are installed, once');
  await runStep('install', 'npm', ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'], root);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await installIfNeeded();
