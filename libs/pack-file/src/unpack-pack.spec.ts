import { deflateRawSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import { zipEntries } from '../../evidence-pack/src/zip-entries.js';
import { isZip, unpackPack } from './unpack-pack.js';

const FILES = { 'a.txt': Buffer.from('one'), 'b.txt': Buffer.from('two') };
const zip = Buffer.from(zipSync(FILES));
const END_BYTES = 22;

const contentOf = (bytes: Uint8Array): string[] => [...unpackPack(bytes)].map(([name, content]) => `${name} ${Buffer.from(content).toString()}`);
const isUnpacked = (bytes: Uint8Array): boolean => {
  try {
    return unpackPack(bytes).size >= 0;
  } catch {
    return false;
  }
};
const directoryAt = (bytes: Buffer): number => bytes.readUInt32LE(bytes.length - 6);
const entriesIn = (bytes: Buffer): Buffer => bytes.subarray(0, directoryAt(bytes));
const directoryIn = (bytes: Buffer): Buffer => bytes.subarray(directoryAt(bytes), -END_BYTES);

function little(size: number, at: number, value: number, rest: Buffer = Buffer.alloc(size)): Buffer {
  const bytes = Buffer.from(rest);
  bytes.writeUInt32LE(value, at);
  return bytes;
}

/** The bytes of a zip with some of them changed. */
function changed(bytes: Buffer, ...changes: [at: number, bytes: number[]][]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [at, values] of changes) copy.set(values, at);
  return copy;
}

/** A zip of these entries, its directory and the end as the directory stands. */
function assembled(entries: Buffer, directory: Buffer, of: Buffer = zip): Buffer {
  const end = little(END_BYTES, 12, directory.length, of.subarray(-END_BYTES));
  return Buffer.concat([entries, directory, little(END_BYTES, 16, entries.length, end)]);
}

async function written(files: Record<string, Buffer>): Promise<Buffer> {
  const given = async function* () {
    for (const [name, bytes] of Object.entries(files)) yield { name, bytes };
  };
  const parts: Uint8Array[] = [];
  for await (const part of zipEntries(given(), new Date())) parts.push(part);
  return Buffer.concat(parts);
}

test('a zip is its files by name, written whole or while they were read, packed or not', async () => {
  expect(isZip(zip)).toBe(true);
  const streamed = { ...FILES, 'empty.txt': Buffer.from(''), 'å.txt': Buffer.from('x'.repeat(100_000)), __proto_: Buffer.from('p') };
  for (const bytes of [zip, Buffer.from(zipSync(FILES, { level: 0 }))]) expect(contentOf(bytes)).toEqual(['a.txt one', 'b.txt two']);
  const unpacked = unpackPack(await written(streamed));
  expect([...unpacked].map(([name, bytes]) => [name, Buffer.from(bytes)])).toEqual(Object.entries(streamed));
});

test('what is no zip, is cut, or has one name for two files is refused', () => {
  expect(isZip(Buffer.from('PK'))).toBe(false);
  for (const bytes of [Buffer.from(''), Buffer.from('no zip'), zip.subarray(0, 40)]) expect(() => unpackPack(bytes)).toThrow('cannot be unpacked');
  const twice = Buffer.from(zip.toString('latin1').replaceAll('b.txt', 'a.txt'), 'latin1');
  expect(() => unpackPack(twice)).toThrow('a.txt twice');
});

test('a zip in which another reader finds another directory, through a zip64 locator, is refused', () => {
  const entries = Buffer.concat([entriesIn(zip), entriesIn(Buffer.from(zipSync({ 'b.txt': Buffer.from('other') })))]);
  const shown = directoryIn(zip);
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeUInt32LE(2, 32);
  record.writeUInt32LE(entries.length, 48);
  const locator = little(20, 0, 0x07064b50);
  locator.writeUInt32LE(entries.length + shown.length, 8);
  const other = Buffer.concat([directoryIn(zip), locator]);
  other.writeUInt16LE(locator.length, other.length - locator.length - 'b.txt'.length - 46 + 32);
  const before = Buffer.concat([entries, shown, record]);
  expect(() => unpackPack(assembled(before, other))).toThrow('two readers may see two different packs');
});

test('a file name that some readers cut or take for a locator is refused', () => {
  const locator = little(20, 0, 0x07064b50);
  for (const name of [locator.toString('latin1'), 'a.txt\0.pdf', 'a\x1b[2J']) expect(() => unpackPack(zipSync({ [name]: Buffer.from('one') }))).toThrow('a file name is no text');
  const unsaid = changed(Buffer.from(zipSync({ 'å.txt': Buffer.from('one') })), [7, [0]]);
  unsaid.writeUInt8(0, directoryAt(unsaid) + 9);
  expect(() => unpackPack(unsaid)).toThrow('a file name is no text');
});

test('bytes that no directory speaks of are refused: before the directory, in it, behind the end, in its comment', () => {
  const hidden = entriesIn(Buffer.from(zipSync({ 'proof.pdf': Buffer.from('another') })));
  const [entries, directory] = [entriesIn(zip), directoryIn(zip)];
  const comment = Buffer.concat([zip, Buffer.from('x')]);
  comment.writeUInt16LE(1, zip.length - 2);
  const front = Buffer.concat([hidden, entries]);
  const shifted = Buffer.from(directory);
  for (let at = 0; at < shifted.length; at += 51) shifted.writeUInt32LE(shifted.readUInt32LE(at + 42) + hidden.length, at + 42);
  const doctored = [
    assembled(Buffer.concat([entries, hidden]), directory),
    assembled(front, shifted),
    assembled(entries, Buffer.concat([directory, Buffer.from('more')])),
    Buffer.concat([assembled(entries, directory).subarray(0, -END_BYTES), Buffer.from('gap'), zip.subarray(-END_BYTES)]),
    Buffer.concat([zip, Buffer.from('behind')]),
    comment,
  ];
  expect(doctored.map(isUnpacked)).not.toContain(true);
});

test('an entry of which its own header and the directory say different things is refused', async () => {
  const streamed = await written(FILES);
  for (const bytes of [zip, streamed]) {
    const [first, second] = [0, directoryAt(bytes)];
    const descriptor = bytes.indexOf('PK\x07\x08', 0, 'latin1');
    const doctored = {
      name: changed(bytes, [first + 30, [0x63]]),
      method: changed(bytes, [first + 8, [0]]),
      flags: changed(bytes, [first + 6, [bytes.readUInt8(first + 6) ^ 8]]),
      both: changed(bytes, [first + 6, [1]], [second + 8, [1]]),
      crc: changed(bytes, [second + 16, [0, 0, 0, 0]]),
      size: changed(bytes, [second + 24, [2]]),
      packed: changed(bytes, [second + 20, [4]]),
      extra: changed(bytes, [second + 30, [4]]),
      count: changed(bytes, [bytes.length - 14, [1, 0, 1, 0]]),
      descriptor: descriptor < 0 ? changed(bytes, [first + 18, [9]]) : changed(bytes, [descriptor + 12, [9]]),
    };
    expect(Object.entries(doctored).filter(([, one]) => isUnpacked(one)).map(([what]) => what)).toEqual([]);
  }
});

test('content is what its checksum says, no longer than its size, and nothing lies behind it', () => {
  const stored = Buffer.from(zipSync({ 'a.txt': Buffer.from('one') }, { level: 0 }));
  expect(() => unpackPack(changed(stored, [35, [0x4f]]))).toThrow('a.txt is damaged');
  const [entries, directory] = [entriesIn(zip), directoryIn(zip)];
  const packed = entries.readUInt32LE(18);
  const at = 30 + 'a.txt'.length + packed;
  const longer = Buffer.concat([entries.subarray(0, at), Buffer.from('tail'), entries.subarray(at)]);
  const told = little(longer.length, 18, packed + 4, longer);
  const listed = little(directory.length, 20, packed + 4, directory);
  listed.writeUInt32LE(listed.readUInt32LE(51 + 42) + 4, 51 + 42);
  expect(() => unpackPack(assembled(told, listed))).toThrow('a.txt is damaged');
  const empty = Buffer.from(zipSync({ 'a.txt': Buffer.from('') }));
  const more = Buffer.concat([entriesIn(empty), Buffer.from('tail')]);
  const size = empty.readUInt32LE(18) + 4;
  expect(() => unpackPack(assembled(little(more.length, 18, size, more), little(51, 20, size, directoryIn(empty)), empty))).toThrow('a.txt is damaged');
  const short = (bytes: Buffer, sizeAt: number): Buffer => little(bytes.length, sizeAt, 2, bytes);
  expect(() => unpackPack(assembled(short(entries, 22), short(directory, 24)))).toThrow('a.txt is damaged');
});

test('many names for one place, that would fill the memory, are refused before anything is unpacked', () => {
  const stored = Buffer.from(zipSync({ 'a.txt': Buffer.alloc(1_000, 'x') }, { level: 0 }));
  const names = Array.from({ length: 150 }, (_, at) => {
    const one = changed(directoryIn(stored), [24, [0, 0, 0, 0]]);
    one.write(String(at).padStart(5, '0'), 46, 'latin1');
    return one;
  });
  const many = assembled(entriesIn(stored), Buffer.concat(names), stored);
  many.writeUInt16LE(150, many.length - 14);
  many.writeUInt16LE(150, many.length - 12);
  expect(() => unpackPack(many)).toThrow('two readers may see two different packs');
});

test('what says to grow beyond a gigabyte is refused before it is unpacked', () => {
  const at = directoryAt(zip);
  const size = [0xff, 0xff, 0xff, 0x7f];
  expect(() => unpackPack(changed(zip, [22, size], [at + 24, size]))).toThrow('too large once it is unpacked');
});

test('a megabyte that says to be three bytes and would be a gigabyte is left after its first pieces', () => {
  const one = Buffer.from(zipSync({ 'a.txt': Buffer.from('one') }));
  const bomb = deflateRawSync(Buffer.alloc(2 ** 30));
  const header = entriesIn(one).subarray(0, 30 + 'a.txt'.length);
  const told = little(header.length, 18, bomb.length, header);
  const made = assembled(Buffer.concat([told, bomb]), little(51, 20, bomb.length, directoryIn(one)), one);
  const started = performance.now();
  expect(() => unpackPack(made)).toThrow('a.txt is damaged');
  expect(performance.now() - started).toBeLessThan(2_000);
});
