/** One file of a zip as it lies there. */
export interface ZippedFile {
  name: string;
  deflated: boolean;
  crc: number;
  /** Once it is unpacked. */
  size: number;
  bytes: Uint8Array;
}

/** Where an entry lies: the directory's words about it begin at `at`. */
interface Listed extends Omit<ZippedFile, 'bytes' | 'name'> {
  raw: Uint8Array;
  flags: number;
  method: number;
  packed: number;
  from: number;
}

const LOCAL = { signature: 0x04034b50, bytes: 30 };
const LISTED = { signature: 0x02014b50, bytes: 46 };
const DESCRIPTOR = { signature: 0x08074b50, bytes: 16 };
const END = { signature: 0x06054b50, bytes: 22 };
/** A number of files that stands elsewhere. */
const ELSEWHERE = 0xffff;
const STORED = 0;
const DEFLATED = 8;
/** The sizes stand behind the bytes. */
const STREAMED = 0x0008;
const UTF_8 = 0x0800;
/** How well it was packed: says nothing to a reader. */
const LEVEL = 0x0006;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function demand(holds: boolean, what: string): void {
  if (!holds) throw new RangeError(`${what}: two readers may see two different packs`);
}

/** Reads the numbers of a zip. What lies beyond its end throws a RangeError. */
class ZipReader {
  private readonly view: DataView;

  constructor(private readonly zip: Uint8Array) {
    this.view = new DataView(zip.buffer, zip.byteOffset, zip.length);
  }

  two(at: number): number {
    return this.view.getUint16(at, true);
  }

  four(at: number): number {
    return this.view.getUint32(at, true);
  }

  bytes(at: number, length: number): Uint8Array {
    if (at + length > this.zip.length) throw new RangeError('it is cut');
    return this.zip.subarray(at, at + length);
  }

  isAt(at: number, { signature }: { signature: number }): boolean {
    return this.four(at) === signature;
  }

  /** Whether these numbers of four bytes stand there one after another. */
  holds(at: number, numbers: readonly number[]): boolean {
    return numbers.every((number, place) => this.four(at + 4 * place) === number);
  }
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean => one.length === other.length && one.every((byte, at) => byte === other[at]);

function nameOf({ raw, flags }: Listed): string {
  // A control character ends a name for some readers; a name that ends in the bytes of a zip64 locator is one for others.
  const printed = raw.every((byte) => byte >= 0x20 && byte !== 0x7f);
  demand(printed && ((flags & UTF_8) !== 0 || raw.every((byte) => byte < 0x80)), 'a file name is no text');
  return decoder.decode(raw);
}

/** What the directory says of the entry at `at`, without any field that some readers look at and others not. */
function readListed(reader: ZipReader, at: number): Listed {
  demand(reader.isAt(at, LISTED), 'its directory is not whole');
  const [flags, method, crc, packed, size] = [reader.two(at + 8), reader.two(at + 10), reader.four(at + 16), reader.four(at + 20), reader.four(at + 24)];
  // Lengths of the extra field and the comment, and the number of the disk.
  demand(reader.four(at + 30) === 0 && reader.two(at + 34) === 0, 'its directory holds more than the files');
  demand((flags & ~(STREAMED | UTF_8 | LEVEL)) === 0 && (method === DEFLATED || (method === STORED && packed === size && (flags & STREAMED) === 0)), 'it is packed in a way that no pack is');
  return { raw: reader.bytes(at + LISTED.bytes, reader.two(at + 28)), flags, method, deflated: method === DEFLATED, crc, packed, size, from: reader.four(at + 42) };
}

/** The bytes of an entry, of which its own header, the directory and, where it was written while it was read, what follows the bytes say the same. */
function readEntry(reader: ZipReader, { raw, flags, method, crc, packed, size, from }: Listed): { bytes: Uint8Array; end: number } {
  const begin = from + LOCAL.bytes + raw.length;
  const numbers = [crc, packed, size];
  const streamed = (flags & STREAMED) !== 0;
  const same = reader.isAt(from, LOCAL) && reader.two(from + 6) === flags && reader.two(from + 8) === method && reader.holds(from + 14, streamed ? [0, 0, 0] : numbers);
  demand(same && reader.two(from + 26) === raw.length && reader.two(from + 28) === 0 && isSame(reader.bytes(from + LOCAL.bytes, raw.length), raw), 'a file and its directory say different things');
  const bytes = reader.bytes(begin, packed);
  const end = begin + packed;
  if (!streamed) return { bytes, end };
  demand(reader.holds(end, [DESCRIPTOR.signature, ...numbers]), 'a file and its directory say different things');
  return { bytes, end: end + DESCRIPTOR.bytes };
}

/**
 * The files of a zip, where every reader finds exactly these: one after another from the first byte, then the directory, then
 * the end, and nothing between or behind. Whether a reader begins at the front, at the end or at the directory, he sees the
 * same. Throws a RangeError for every other zip, also for one of more than 65,534 files or 4 GB (zip64), which no pack is.
 */
export function readZip(zip: Uint8Array): ZippedFile[] {
  const reader = new ZipReader(zip);
  const end = zip.length - END.bytes;
  if (end < 0) throw new RangeError('it is cut');
  demand(reader.isAt(end, END) && reader.four(end + 4) === 0 && reader.two(end + 20) === 0, 'it does not end as a zip of one piece does');
  const [count, directory] = [reader.two(end + 8), reader.four(end + 16)];
  demand(reader.two(end + 10) === count && count < ELSEWHERE && directory + reader.four(end + 12) === end, 'its directory does not lie right before its end');
  const files: ZippedFile[] = [];
  let [at, next] = [directory, 0];
  while (at < end) {
    const listed = readListed(reader, at);
    demand(listed.from === next, 'its files do not lie one after another');
    const entry = readEntry(reader, listed);
    const { deflated, crc, size, raw } = listed;
    files.push({ name: nameOf(listed), deflated, crc, size, bytes: entry.bytes });
    at += LISTED.bytes + raw.length;
    next = entry.end;
  }
  demand(at === end && next === directory && files.length === count, 'it holds more than its directory speaks of');
  return files;
}
