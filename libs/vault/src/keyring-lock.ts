import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';

const codeOf = (error: unknown): string | undefined => (error as { code?: string }).code;

/** A change takes milliseconds: a lock that is older was left behind, in a container that is gone or by a process whose number is somebody else's now. */
const LEFT_BEHIND_MS = 60_000;

function isLeftBehind(lock: string): boolean {
  try {
    return Date.now() - statSync(lock).mtimeMs > LEFT_BEHIND_MS;
  } catch {
    return false;
  }
}

/** Whether the process that wrote this into a lock has ended; of another machine's only the age of its lock tells. */
function hasEnded(lock: string, owner: string): boolean {
  if (isLeftBehind(lock)) return true;
  const [pid = '', host] = owner.split(' ');
  if (host !== hostname() || !/^[1-9]\d*$/.test(pid)) return false;
  // A change is never interrupted by another one of its own process: what bears our number is of one before us.
  if (Number(pid) === process.pid) return true;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

/** Makes the lock, with who holds it; `false` where there is one already. */
function claimed(lock: string, own: string): boolean {
  try {
    writeFileSync(lock, own, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return false;
  }
}

/** What stands in a lock; empty where its owner has just given it back, or another account owns it. */
function ownerOf(lock: string): string {
  try {
    return readFileSync(lock, 'utf8');
  } catch {
    return '';
  }
}

/** Takes away the lock of a process that has ended; one that was made in its place meanwhile is put back. */
function clear(lock: string, owner: string): void {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (ownerOf(aside) === owner) rmSync(aside);
  else renameSync(aside, lock);
}

function take(lock: string, own: string): void {
  if (claimed(lock, own)) return;
  const owner = ownerOf(lock);
  if (hasEnded(lock, owner)) clear(lock, owner);
  else throw held(lock, owner);
  if (!claimed(lock, own)) throw held(lock, ownerOf(lock));
}

function held(lock: string, owner: string): Error {
  const [pid, host] = owner.split(' ');
  return new Error(`another program${pid ? ` (process ${pid} on ${host})` : ''} is changing the keyring: run this again, or remove ${lock} if no such program runs`);
}

/** Runs `change` as the only one, of all programs, that changes the keyring at `path`. Throws, without waiting, where another one does. */
export function aloneOn<T>(path: string, change: () => T): T {
  const lock = `${path}.lock`;
  const own = `${process.pid} ${hostname()} ${randomUUID()}`;
  take(lock, own);
  try {
    return change();
  } finally {
    if (ownerOf(lock) === own) rmSync(lock, { force: true });
  }
}
