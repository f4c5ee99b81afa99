import { appendFile, mkdir, mkdtemp, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { until } from '#testing';
import { keepProgram, type Keeping, type Kept } from './keep-program.js';
import { openRecord } from './pids.js';
import { type Reporter } from './say.js';

/** Ends at once for as long as `mortal` lies in its folder; each life is a letter in `lives`. */
const PROGRAM = `
import { appendFileSync, existsSync } from 'node:fs';
appendFileSync('lives', '.');
process.send({ ready: true });
setInterval(() => existsSync('mortal') && process.exit(1), 20);
`;

let folder: string;
let said: string[];
let kept: Kept | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samtycke-keep-'));
  said = [];
  await writeFile(join(folder, 'program.mjs'), PROGRAM);
});
afterEach(async () => {
  await kept?.stop(1_000).catch(() => undefined);
  await rm(folder, { recursive: true });
});

const full = async (): Promise<void> => Promise.reject(new Error('ENOSPC: no space left on device'));
const lives = async (): Promise<number> => (await readFile(join(folder, 'lives'), 'utf8').catch(() => '')).length;
const livesAgain = (count: number): Promise<unknown> => until(async () => (await lives()) >= count, { timeoutMs: 10_000, what: `life ${count}` });
const mortal = (): string => join(folder, 'mortal');

async function keep(own: Partial<Keeping>): Promise<void> {
  const say = { event: (text: string) => void said.push(text) } as Reporter;
  const keeping = { dataDir: folder, root: folder, record: openRecord(folder), say, ...own };
  kept = await keepProgram({ name: 'portal', file: join(folder, 'program.mjs'), env: {}, stage: 'others' }, keeping, new AbortController().signal);
}

test('a program that dies while the disk is full is started again all the same, and what could not be written is said', async () => {
  let isFull = false;
  const record = { note: () => (isFull ? full() : Promise.resolve()), pids: () => ({}) };
  await keep({ record, onChange: full });
  isFull = true;
  for (const count of [2, 3]) {
    await writeFile(mortal(), '');
    await until(() => said.filter((line) => line.includes('started again')).length === count - 1, { what: 'its end' });
    await rm(mortal());
    await livesAgain(count);
  }
  await until(() => said.filter((line) => line.startsWith('run.json')).length === 2, { what: 'that it was said' });
  expect(said).toEqual(expect.arrayContaining([
    'portal runs, and its process could not be noted: ENOSPC: no space left on device',
    'run.json could not be written: ENOSPC: no space left on device',
  ]));
});

test('one that cannot be started again is tried again, with growing pauses', async () => {
  await keep({});
  await rename(join(folder, 'log'), join(folder, 'log.away'));
  await writeFile(join(folder, 'log'), '');
  await writeFile(mortal(), '');
  await until(() => said.some((line) => /^portal could not be started again \(E[^\n]+\); it is started again in 1 s/.test(line)), { timeoutMs: 10_000, what: 'the second pause' });
  await rm(mortal());
  await rm(join(folder, 'log'));
  await livesAgain(2);
});

test('a note of a process that could not be written holds up no later one', async () => {
  const pids = join(folder, 'pids.json');
  const record = openRecord(folder);
  await mkdir(pids);
  await appendFile(join(pids, 'taken'), '');
  await expect(record.note('api', { pid: 1, startedAt: 1 } as never)).rejects.toThrow();
  await rm(join(pids, 'taken'));
  await rmdir(pids);
  await record.note('relay', { pid: 2, startedAt: 1 } as never);
  expect(Object.keys(JSON.parse(await readFile(pids, 'utf8')) as object)).toEqual(['api', 'relay']);
});
