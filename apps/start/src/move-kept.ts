import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Settings } from './settings.js';

const KEPT = ['database-roles.json', 'development-keys.json'];

/**
 * Moves what an older version kept beside the keyring into the data folder, where a program that reads the keyring does not
 * come. What lies in the data folder already is never replaced.
 */
export async function moveKept({ dataDir, keyring }: Pick<Settings, 'dataDir' | 'keyring'>): Promise<void> {
  if (dirname(keyring) === dataDir) return;
  for (const name of KEPT) await move(join(dirname(keyring), name), join(dataDir, name));
}

/** Between volumes nothing can be renamed: a copy is on the disk before the original goes. */
async function move(from: string, to: string): Promise<void> {
  const text = await read(from);
  if (text === undefined) return;
  const standing = await read(to);
  if (standing === undefined) await copyDurably(from, to);
  // What differs is not a copy that an earlier run did not get to remove.
  else if (standing !== text) return;
  await rm(from);
  await sync(dirname(from));
}

async function copyDurably(from: string, to: string): Promise<void> {
  const draft = `${to}.new`;
  await mkdir(dirname(to), { recursive: true });
  await rm(draft, { force: true });
  await copyFile(from, draft, constants.COPYFILE_EXCL);
  await chmod(draft, 0o600);
  await sync(draft);
  await rename(draft, to);
  await sync(dirname(to));
}

async function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}
