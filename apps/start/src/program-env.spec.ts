import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeProgramEnvironments } from './program-env.js';
import { type Outcome } from './set-up.js';

const URLS = Object.fromEntries(['api', 'relay', 'worker', 'newsletter', 'analytics', 'portal'].map((name) => [name, `postgres://${name}@db/${name}`]));
const KEYS = { newsletter: 'n', analytics: 'a', portal: 'p' };
const OUTCOME = { databaseUrls: URLS, systemKeys: KEYS, siteKey: 's' } as unknown as Outcome;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samtycke-env-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('a draft that a run left which was killed, or found the disk full, holds up no later one, whoever that runs as', async () => {
  const draft = join(folder, 'website/env.new');
  await mkdir(join(folder, 'website'));
  await writeFile(draft, 'SITE_K', { mode: 0o400 });
  const left = await open(draft);
  expect(await writeProgramEnvironments(folder, OUTCOME)).toEqual([]);
  const env = join(folder, 'website/env');
  expect([await readFile(env, 'utf8'), (await stat(env)).mode & 0o777, await readdir(join(folder, 'website'))]).toEqual(['SITE_KEY="s"\n', 0o400, ['env']]);
  // Root may write what is read-only: that what was left is as it was tells that it was not written into.
  expect(await left.readFile('utf8')).toBe('SITE_K');
  await left.close();
});
