import { Inflate, inflateSync } from 'fflate';
import { MOST_PACK_BYTES, type PackFiles } from '#proof';
import { crc32 } from './crc32.js';
import { readZip, type ZippedFile } from './read-zip.js';

const ZIP = [0x50, 0x4b, 0x03, 0x04];

/** Whether a file begins as a zip does. */
export const isZip = (bytes: Uint8Array): boolean => ZIP.every((byte, at) => bytes[at] === byte);

/** Whether the content ends before these bytes do: a reader that goes on behind it finds what lies there. */
function endsEarlier(bytes: Uint8Array, out: Uint8Array): boolean {
  try {
    inflateSync(bytes.subarray(0, -1), { out });
    return true;
  } catch {
    return false;
  }
}

/** What is unpacked at a time until it is known that it grows no larger than was said: some 64 MB of content at most. */
const PIECE_BYTES = 65_536;

/** Whether it grows beyond what the directory says. In pieces, since the whole of a megabyte may be a gigabyte, which takes seconds. */
function growsBeyond({ bytes, size }: ZippedFile): boolean {
  let grown = 0;
  const inflate = new Inflate((content) => void (grown += content.length));
  for (let at = 0; at < bytes.length && grown <= size; at += PIECE_BYTES) inflate.push(bytes.subarray(at, at + PIECE_BYTES));
  return grown > size;
}

function inflated(file: ZippedFile): Uint8Array | undefined {
  const { bytes, size } = file;
  if (growsBeyond(file)) return undefined;
  const out = new Uint8Array(size + 1); // so that more than was said is seen, and none of it kept
  return endsEarlier(bytes, out) ? undefined : inflateSync(bytes, { out });
}

/** Throws where the bytes hold more than the content, or its size or checksum is not what the directory says. */
function unpack(file: ZippedFile): Uint8Array {
  const content = file.deflated ? inflated(file) : file.bytes;
  if (content?.length !== file.size || crc32(content) !== file.crc) throw new RangeError(`${file.name} is damaged: two readers may see two different packs`);
  return content;
}

function demandDistinct(files: readonly ZippedFile[]): void {
  const seen = new Set<string>();
  for (const { name } of files) {
    if (seen.has(name)) throw new RangeError(`it holds ${name} twice: two readers may see two different packs`);
    seen.add(name);
  }
}

/**
 * The files in a zip, by name; in Node and in a browser. Throws a RangeError where it cannot be read, where it grows beyond a
 * gigabyte, and where two readers may see two different packs in it.
 */
export function unpackPack(zip: Uint8Array): PackFiles {
  try {
    const files = readZip(zip);
    demandDistinct(files);
    if (files.reduce((sum, { size }) => sum + size, 0) > MOST_PACK_BYTES) throw new RangeError('it is too large once it is unpacked');
    return new Map(files.map((file) => [file.name, unpack(file)]));
  } catch (error) {
    throw new RangeError(`it cannot be unpacked: ${(error as Error).message}`);
  }
}
