import { Zip, ZipDeflate } from 'fflate';

export interface ZipEntry {
  name: string;
  bytes: Uint8Array;
}

const SLICE = 64 * 1024;
const LEVEL = 5;

/** A zip file, made while it is read: of all entries only the one at hand is in memory. */
export async function* zipEntries(entries: AsyncIterable<ZipEntry>, madeAt: Date): AsyncGenerator<Uint8Array> {
  const made: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    if (chunk.length > 0) made.push(chunk);
  });
  for await (const { name, bytes } of entries) {
    const file = new ZipDeflate(name, { level: LEVEL });
    file.mtime = madeAt;
    zip.add(file);
    for (let at = 0; at === 0 || at < bytes.length; at += SLICE) {
      file.push(bytes.subarray(at, at + SLICE), at + SLICE >= bytes.length);
      yield* made.splice(0);
    }
  }
  zip.end();
  yield* made.splice(0);
}
