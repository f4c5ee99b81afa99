import { chmodSync, chownSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a file that only its owner reads, and brings it to the disk; it belongs to whoever owns what it is to replace. */
function writeDraft(path: string, text: string, replaces: string): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  chmodSync(path, 0o600);
  if (!existsSync(replaces)) return;
  const { uid, gid } = statSync(replaces);
  chownSync(path, uid, gid);
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Puts a secret in place, as JSON: mode 0600, the same owner as before, whole or not at all. Bytes and name are on the disk when
 * this returns: a database may depend on a key at once.
 */
export function writeSecret(path: string, value: object): void {
  const draft = `${path}.${process.pid}`;
  try {
    writeDraft(draft, `${JSON.stringify(value, null, 2)}\n`, path);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** What such a file holds; undefined where there is none. Throws an Error that names a file which is torn, and says the way out. */
export function readSecret<T extends object>(path: string, wayOut: string): T | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (cause) {
    throw new Error(`cannot read ${path} (${(cause as Error).message}): ${wayOut}`, { cause });
  }
}
