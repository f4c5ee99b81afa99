import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { isZip, unpackPack } from '#pack-file';
import { knownFromPack, type KnownEvents, type PackFiles } from '#proof';
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

/** What a verifier knows from elsewhere: another pack, or the JSON answer of …/proof. */
export function openKnown(path: string): KnownEvents {
  if (isPack(path)) return knownFromPack(openPack(path));
  try {
    const { checkpoint, events } = JSON.parse(readFileSync(path, 'utf8')) as KnownEvents;
    if (typeof checkpoint !== 'string' || !Array.isArray(events)) throw new RangeError('it holds no checkpoint and events');
    return { checkpoint, events };
  } catch (error) {
    throw new CliError(`${path} is neither a pack nor the JSON of …/proof: ${(error as Error).message}`);
  }
}
