import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes a folder with all above it; each new name is on the disk before this resolves. */
async function ensureFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let folder = path; folder.length >= first.length; folder = dirname(folder)) await syncFolder(dirname(folder));
}

/**
 * Writes a file whole or not at all, and on the disk when this resolves: beside it, synced, renamed, its folder synced.
 * A crash leaves the old file or the new one, and perhaps a `.new` beside it that nobody reads.
 */
export async function writeDurably(path: string, bytes: Uint8Array | string): Promise<void> {
  await ensureFolder(dirname(path));
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o644);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncFolder(dirname(path));
}
