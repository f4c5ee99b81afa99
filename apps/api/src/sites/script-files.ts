import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { zippedOf, type Zipped } from './zipped.js';

const NAMES = new Set(['samtycke.js', 'samtycke.mjs', 'parts.js']);
const BUILT = fileURLToPath(new URL('../../../../libs/web/browser/', import.meta.url));

/** The browser package's files, read once. They are what the build made of libs/web. */
export class ScriptFiles {
  private readonly files = new Map<string, Promise<Zipped>>();
  private readonly name: Promise<string>;
  constructor(private readonly folder = BUILT) {
    this.name = readFile(`${folder}/version`, 'utf8').catch(() => '');
  }

  /** Names the content of all files together: what stands under it never changes. */
  version(): Promise<string> {
    return this.name;
  }

  /** Undefined where the package has no such file. */
  async get(name: string): Promise<Zipped | undefined> {
    if (!NAMES.has(name)) return undefined;
    const file = this.files.get(name) ?? readFile(`${this.folder}/${name}`).then(zippedOf);
    this.files.set(name, file);
    return file;
  }
}
