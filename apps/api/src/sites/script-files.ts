import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A file of the browser package, as it is sent. */
export interface ScriptFile {
  plain: Buffer;
  zipped: Buffer;
  etag: string;
}

const NAMES = new Set(['samtycke.js', 'samtycke.mjs', 'parts.js']);
const BUILT = fileURLToPath(new URL('../../../../libs/web/browser/', import.meta.url));

async function readScript(path: string): Promise<ScriptFile> {
  const plain = await readFile(path);
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { plain, zipped: await promisify(gzip)(plain, { level: 9 }), etag };
}

/** The browser package's files, read once. They are what the build made of libs/web. */
export class ScriptFiles {
  private readonly files = new Map<string, Promise<ScriptFile>>();
  private readonly name: Promise<string>;
  constructor(private readonly folder = BUILT) {
    this.name = readFile(`${folder}/version`, 'utf8').catch(() => '');
  }

  /** Names the content of all files together: what stands under it never changes. */
  version(): Promise<string> {
    return this.name;
  }

  /** Undefined where the package has no such file. */
  async get(name: string): Promise<ScriptFile | undefined> {
    if (!NAMES.has(name)) return undefined;
    const file = this.files.get(name) ?? readScript(`${this.folder}/${name}`);
    this.files.set(name, file);
    return file;
  }
}
