import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { FIRST_USER, loadCatalogue } from './load.js';

/**
 * Copies the catalogue that comes with Samtycke into a new or empty folder, as the beginning of one's own. Gives the files in which the
 * company it belongs to is named. Throws an Error where the folder holds something.
 */
export function copyCatalogue(folder: string): string[] {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`);
  cpSync(FIRST_USER, folder, { recursive: true });
  const names = loadCatalogue(folder).controllers.map(({ name }) => name);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.filter((file) => names.some((name) => readFileSync(file, 'utf8').includes(name))).map((file) => relative(folder, file)).sort();
}
