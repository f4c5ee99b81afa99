import { link, mkdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { endProcess, isAlive, markOf, readJson, writeJson, type ProcessMark } from '#servers';
import { refuse } from './refuse.js';

/** The right to use a data folder, held by one program at a time. */
export interface DataLock {
  release(): Promise<void>;
}

/** What the lock file says: who holds the folder, and the npm that it runs for, if any. */
type Holder = ProcessMark & { starter?: ProcessMark };

const ATTEMPTS = 10;
/** A holder whose npm is gone ends by itself within 10 s. */
const ORPHAN_LIMIT_MS = 12_000;

/**
 * Takes the data folder for this process. The lock is a file that names its holder; what a killed holder left is
 * recognised, since no such process lives, and taken over. One whose npm was killed is waited for, and ended if need be.
 * Refuses while a living process holds it.
 */
export async function lockFolder(dataDir: string, starter?: ProcessMark): Promise<DataLock> {
  const file = join(dataDir, 'start.lock');
  const own = await markOf(process.pid);
  if (!own) throw refuse('This process cannot read its own entry in the list of processes, so it cannot lock its data folder.');
  await mkdir(dataDir, { recursive: true }).catch((error: Error) => {
    throw refuse(`The data folder ${dataDir} cannot be made (${error.message}): set SAMTYCKE_DATA to another folder.`);
  });
  const draft = `${file}.${process.pid}`;
  await writeJson(draft, { ...own, starter } satisfies Holder);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (await tryLink(draft, file)) return { release: () => unlink(file).catch(() => undefined) };
      const holder = await readJson<Holder>(file);
      if (holder && (await isHeld(holder))) throw refuse(alreadyRuns(dataDir, holder));
      if (holder) await endProcess(holder, [['SIGTERM', ORPHAN_LIMIT_MS]]);
      await clearAway(file);
    }
  } finally {
    await unlink(draft).catch(() => undefined);
  }
  throw refuse(`The data folder ${dataDir} is fought over by several starts at once: try again.`);
}

const alreadyRuns = (dataDir: string, holder: ProcessMark): string =>
  `Samtycke already runs on ${dataDir} (process ${holder.pid}): stop it there with Ctrl-C, or set SAMTYCKE_DATA to another folder. Nothing was changed.`;

/** Why a start on the data folder would be refused now, in one sentence; undefined while it is free. Changes nothing. */
export async function whyTaken(dataDir: string): Promise<string | undefined> {
  const holder = await readJson<Holder>(join(dataDir, 'start.lock'));
  return holder && (await isHeld(holder)) ? alreadyRuns(dataDir, holder) : undefined;
}

async function isHeld(holder: Holder): Promise<boolean> {
  return (await isAlive(holder)) && (holder.starter === undefined || (await isAlive(holder.starter)));
}

async function tryLink(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a dead holder's lock; if another start has put its own there meanwhile, puts that back. */
async function clearAway(file: string): Promise<void> {
  const aside = `${file}.${process.pid}.old`;
  const moved = await rename(file, aside).then(() => true, () => false);
  if (!moved) return;
  const holder = await readJson<Holder>(aside);
  if (holder && (await isAlive(holder))) await link(aside, file).catch(() => undefined);
  await unlink(aside).catch(() => undefined);
}
