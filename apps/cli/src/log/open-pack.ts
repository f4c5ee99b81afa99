import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { knownFromPack, type KnownEvents, type PackFiles } from '#proof';
import { CliError } from '../connect.js';

/** More than a pack with every evidence file of a busy person; beyond it a file is more likely made to fill the memory. */
const MAX_BYTES = 2 ** 31;
const ZIP = 'PK\u0003\u0004';

/** Whether a file begins as a zip does. */
export const isZip = (path: string): boolean => readFileSync(path).subarray(0, ZIP.length).toString('latin1') === ZIP;

/** The files in a pack, by name. Throws CliError where it is no zip, or one name stands for two files. */
export function openPack(path: string): PackFiles {
  const seen = new Set<string>();
  let size = 0;
  const filter = ({ name, originalSize }: { name: string; originalSize: number }): boolean => {
    if (seen.has(name)) throw new CliError(`${path} holds ${name} twice: two readers may see two different packs`);
    seen.add(name);
    size += originalSize;
    if (size > MAX_BYTES) throw new CliError(`${path} is too large once it is unpacked`);
    return true;
  };
  try {
    return new Map(Object.entries(unzipSync(readFileSync(path), { filter })));
  } catch (error) {
    throw error instanceof CliError ? error : new CliError(`${path} cannot be unpacked: ${(error as Error).message}`);
  }
}

/** What a verifier knows from elsewhere: another pack, or the JSON answer of …/proof. */
export function openKnown(path: string): KnownEvents {
  try {
    if (isZip(path)) return knownFromPack(openPack(path));
    const { checkpoint, events } = JSON.parse(readFileSync(path, 'utf8')) as KnownEvents;
    if (typeof checkpoint !== 'string' || !Array.isArray(events)) throw new RangeError('it holds no checkpoint and events');
    return { checkpoint, events };
  } catch (error) {
    throw error instanceof CliError ? error : new CliError(`${path} is neither a pack nor the JSON of …/proof: ${(error as Error).message}`);
  }
}
