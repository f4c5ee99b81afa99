import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of the repository this file runs from, compiled (dist/) or not: the one that holds deploy/kafka. */
export function findRepository(from: string = dirname(fileURLToPath(import.meta.url))): string {
  if (existsSync(join(from, 'deploy/kafka/pom.xml'))) return from;
  const above = dirname(from);
  if (above === from) throw new Error('The folder deploy/kafka of Samtycke is missing: run it from a whole checkout.');
  return findRepository(above);
}
