import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

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

const DRAFT = '.new';
/** What is younger may be somebody's who writes at this moment. */
const STALE_MS = 60_000;

/** Removes the drafts of writers that died. */
async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(DRAFT)) continue;
    const path = join(folder, name);
    const written = await stat(path).catch(() => undefined);
    if (written && Date.now() - written.mtimeMs > STALE_MS) await rm(path, { force: true });
  }
}

async function writeDraft(draft: string, bytes: Uint8Array | string): Promise<void> {
  const file = await open(draft, 'wx', 0o644);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Writes a file whole or not at all, and on the disk when this resolves: beside it, synced, renamed, its folder synced. Each
 * writer has a draft of its own: two at once leave the file of one of them. A crash leaves the old file or the new one, and
 * perhaps a draft (`.new`) that nobody reads, and that a later writer removes. `mayStill` is asked when nothing is left but the
 * renaming; where it says no the old file stays. Tells whether it was written.
 */
export async function writeDurably(path: string, bytes: Uint8Array | string, mayStill: () => boolean = () => true): Promise<boolean> {
  const folder = dirname(path);
  await ensureFolder(folder);
  await removeStale(folder);
  const draft = `${path}.${process.pid}-${randomUUID()}${DRAFT}`;
  try {
    await writeDraft(draft, bytes);
    if (!mayStill()) return false;
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(folder);
  return true;
}
