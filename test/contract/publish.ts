import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { composeSchemas, newestOf, readContract, readPublished } from '#schemas';
import { breaksBetween, hashOf, shapeOf } from './compatibility.js';

const FOLDER = join(process.cwd(), 'libs/contracts/schemas');
const HASHES = join(FOLDER, 'hashes.json');

export const readHashes = (): Record<string, string> => JSON.parse(readFileSync(HASHES, 'utf8')) as Record<string, string>;

/** Publishes what has grown as the next version. What is published is never written again; what breaks is not published. */
export function publishGrown(): void {
  const published = readPublished();
  const newest = newestOf(published);
  const hashes = readHashes();
  for (const [name, schema] of Object.entries(composeSchemas(readContract()))) {
    const version = newest.get(name);
    const last: unknown = JSON.parse(published.get(`${name}/${version}`) ?? 'null');
    if (last !== null && (JSON.stringify(shapeOf(last)) === JSON.stringify(shapeOf(schema)) || breaksBetween(last, schema).length > 0)) continue;
    const path = `${name}/${(version ?? 0) + 1}`;
    const bytes = `${JSON.stringify(schema, null, 2)}\n`;
    mkdirSync(dirname(join(FOLDER, 'published', path)), { recursive: true });
    writeFileSync(join(FOLDER, 'published', `${path}.json`), bytes);
    hashes[path] = hashOf(bytes);
  }
  writeFileSync(HASHES, `${JSON.stringify(hashes, null, 2)}\n`);
}
