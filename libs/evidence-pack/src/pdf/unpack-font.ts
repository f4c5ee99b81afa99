import { inflateSync } from 'node:zlib';

const HEADER = 44;
const ENTRY = 20;
const align = (length: number): number => (length + 3) & ~3;

/**
 * A WOFF 1.0 font as the OpenType file that it was made of: its tables inflated once, natively, instead of by the PDF library
 * for every document. Throws where the bytes are no WOFF.
 */
export function unpackFont(woff: Buffer): Buffer {
  if (woff.toString('latin1', 0, 4) !== 'wOFF') throw new RangeError('this is no WOFF font');
  const count = woff.readUInt16BE(12);
  const head = Buffer.alloc(12 + count * 16);
  woff.copy(head, 0, 4, 8);
  head.writeUInt16BE(count, 4);
  const tables: Buffer[] = [];
  let at = head.length;
  for (let table = 0; table < count; table += 1) {
    const entry = HEADER + table * ENTRY;
    const [offset, packed, length, checksum] = [4, 8, 12, 16].map((place) => woff.readUInt32BE(entry + place)) as [number, number, number, number];
    const bytes = woff.subarray(offset, offset + packed);
    const place = 12 + table * 16;
    woff.copy(head, place, entry, entry + 4);
    head.writeUInt32BE(checksum, place + 4);
    head.writeUInt32BE(at, place + 8);
    head.writeUInt32BE(length, place + 12);
    tables.push(packed < length ? inflateSync(bytes) : bytes, Buffer.alloc(align(length) - length));
    at += align(length);
  }
  return Buffer.concat([head, ...tables]);
}
