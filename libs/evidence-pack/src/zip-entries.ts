import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { Zip, ZipPassThrough } from 'fflate';

export interface ZipEntry {
  name: string;
  bytes: Uint8Array;
}

const DEFLATED = 8;
const deflate = promisify(deflateRaw);

/** A file of a zip whose bytes were deflated elsewhere: by zlib, off the thread that answers calls. */
class DeflatedFile extends ZipPassThrough {
  constructor(
    name: string,
    private readonly deflated: Uint8Array,
  ) {
    super(name);
    this.compression = DEFLATED;
  }

  protected override process(_chunk: Uint8Array, final: boolean): void {
    this.ondata(null, this.deflated as Uint8Array<ArrayBuffer>, final);
  }
}

/** A zip file, made while it is read: of all entries only the one at hand is in memory. */
export async function* zipEntries(entries: AsyncIterable<ZipEntry>, madeAt: Date): AsyncGenerator<Uint8Array> {
  const made: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    if (chunk.length > 0) made.push(chunk);
  });
  for await (const { name, bytes } of entries) {
    const file = new DeflatedFile(name, await deflate(bytes));
    file.mtime = madeAt;
    zip.add(file);
    file.push(bytes, true);
    yield* made.splice(0);
  }
  zip.end();
  yield* made.splice(0);
}
