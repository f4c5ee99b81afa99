import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Outcome } from './set-up.js';

/**
 * Writes what only one program may know, `<folder>/<name>/env` (0400), in the form of `node --env-file`: its own database
 * and key. A program is given the folder of its own name and no other. Returns those that had other settings before.
 */
export async function writeProgramEnvironments(folder: string, outcome: Outcome): Promise<string[]> {
  const all = Object.entries(ownSettings(outcome));
  const changed = await Promise.all(all.map(([name, own]) => writeOne(join(folder, name), own)));
  return all.map(([name]) => name).filter((_, at) => changed[at]);
}

function ownSettings({ databaseUrls, systemKeys, siteKey }: Outcome): Record<string, Record<string, string>> {
  const ofLedger = (['api', 'relay', 'worker'] as const).map((name) => [name, { DATABASE_URL: databaseUrls[name] }]);
  const ofSystems = (['newsletter', 'analytics', 'portal'] as const).map((name) => [name, { DATABASE_URL: databaseUrls[name], API_KEY: systemKeys[name] }]);
  return Object.fromEntries([...ofLedger, ...ofSystems, ['website', { SITE_KEY: siteKey }]]) as Record<string, Record<string, string>>;
}

/** Tells whether others stood there before. */
async function writeOne(folder: string, own: Record<string, string>): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const text = Object.entries(own).map(([name, value]) => `${name}="${value}"\n`).join('');
  const [path, draft] = [join(folder, 'env'), join(folder, 'env.new')];
  const before = await readFile(path, 'utf8').catch(() => undefined);
  await rm(draft, { force: true });
  await writeFile(draft, text, { mode: 0o400 });
  await chmod(draft, 0o400);
  await rename(draft, path);
  return before !== undefined && before !== text;
}
