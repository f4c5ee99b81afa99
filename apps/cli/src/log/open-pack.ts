import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { isZip, unpackPack } from '#pack-file';
import { knownFromPack, readKept, readKnown, type KnownEvents, type PackFiles } from '#proof';
import { CliError } from '../installation.js';

const FIRST_BYTES = 4;

/** Whether this is a pack, or may be an export of events, which may be larger than the memory. */
export function isPack(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const first = Buffer.alloc(FIRST_BYTES);
    readSync(file, first, 0, FIRST_BYTES, 0);
    return isZip(first);
  } finally {
    closeSync(file);
  }
}

/** The files in a pack, by name. */
export function openPack(path: string): PackFiles {
  try {
    return unpackPack(readFileSync(path));
  } catch (error) {
    throw new CliError(`${path} is no pack: ${(error as Error).message}`);
  }
}

/** What the verifier brings beside the pack: where it cannot be read, that is his mistake, and nothing was judged. */
function brought<T>(path: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CliError(`${path} is ${what}: ${(error as Error).message}`);
  }
}

/** What a verifier knows from elsewhere: another pack, or the JSON answer of …/proof. */
export const openKnown = (path: string): KnownEvents =>
  brought(path, 'neither a pack nor the JSON of …/proof', () => (isPack(path) ? knownFromPack(unpackPack(readFileSync(path))) : readKnown(JSON.parse(readFileSync(path, 'utf8')))));

/** A signed checkpoint that the verifier kept. */
export const openKept = (path: string): string => brought(path, 'no signed checkpoint', () => readKept(readFileSync(path, 'utf8')));
