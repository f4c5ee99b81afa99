import { unzipSync } from 'fflate';
import { MOST_PACK_BYTES, type PackFiles } from '#proof';

const ZIP = [0x50, 0x4b, 0x03, 0x04];

/** Whether a file begins as a zip does. */
export const isZip = (bytes: Uint8Array): boolean => ZIP.every((byte, at) => bytes[at] === byte);

/**
 * The files in a zip, by name; in Node and in a browser. Throws a RangeError where it cannot be read, where it grows beyond a
 * gigabyte, and where one name stands for two files, since two readers may then see two different packs.
 */
export function unpackPack(zip: Uint8Array): PackFiles {
  const seen = new Set<string>();
  let size = 0;
  const filter = ({ name, originalSize }: { name: string; originalSize: number }): boolean => {
    if (name === '__proto__') throw new RangeError('it holds a file named __proto__, which not every reader sees');
    if (seen.has(name)) throw new RangeError(`it holds ${name} twice: two readers may see two different packs`);
    seen.add(name);
    size += originalSize;
    if (size > MOST_PACK_BYTES) throw new RangeError('it is too large once it is unpacked');
    return true;
  };
  try {
    return new Map(Object.entries(unzipSync(zip, { filter })));
  } catch (error) {
    throw error instanceof RangeError ? error : new RangeError(`it cannot be unpacked: ${(error as Error).message}`);
  }
}
