import { createWriteStream, rmSync } from 'node:fs';
import { lstat, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { saidInPart } from './exit-codes.js';
import { CliError } from './installation.js';

const isMissing = (error: { code?: string }): boolean => error.code === 'ENOENT';

/** Where a file is to stand: behind a link, where that leads. What is there and is no file is left alone. */
async function placeOf(out: string): Promise<string> {
  const found = await lstat(out).catch((error: { code?: string }) => (isMissing(error) ? undefined : Promise.reject(error as Error)));
  if (found?.isSymbolicLink()) return placeOf(await realpath(out).catch(async (error: { code?: string }) => (isMissing(error) ? resolve(dirname(out), await readlink(out)) : Promise.reject(error as Error))));
  if (found && !found.isFile()) throw new CliError(`${out} is no file: nothing was written there`);
  return out;
}

/** Where a file is to stand, in a folder that is there. To be asked before the work whose outcome is written. Throws CliError. */
export async function demandPlace(out: string): Promise<string> {
  const place = await placeOf(out);
  const folder = dirname(place);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new CliError(`there is no folder ${folder}: nothing was written`);
  return place;
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Lets no signal that ends the program leave the draft of `out`; gives what stops this. */
function clearOnSignal(draft: string, out: string): () => void {
  const end = (signal: NodeJS.Signals): void => {
    rmSync(draft, { force: true });
    console.error(`samtycke: stopped by ${signal} before the end: nothing was written to ${out}`);
    saidInPart();
    process.exit();
  };
  for (const signal of ENDING) process.once(signal, end);
  return () => {
    for (const signal of ENDING) process.off(signal, end);
  };
}

/** Writes a file (mode 0600) that is whole or not there; Ctrl-C and other signals leave nothing of it either. */
export async function writeWhole(source: () => Readable, out: string): Promise<void> {
  const place = await demandPlace(out);
  const draft = `${place}.${process.pid}`;
  const listenNoMore = clearOnSignal(draft, out);
  try {
    await pipeline(source(), createWriteStream(draft, { mode: 0o600 }));
    await rename(draft, place);
  } finally {
    await rm(draft, { force: true });
    listenNoMore();
  }
}
