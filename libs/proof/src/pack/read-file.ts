import type { PackFiles } from './layout.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new RangeError('this is no UTF-8 text');
  }
}

/** Throws a RangeError that names the file where it is missing. */
export function need(files: PackFiles, name: string): Uint8Array {
  const bytes = files.get(name);
  if (!bytes) throw new RangeError(`${name} is missing`);
  return bytes;
}

/** The object in a JSON file; throws a RangeError that names the file. Its members are for the caller to doubt. */
export function readObject(files: PackFiles, name: string): Record<string, unknown> {
  const value = parse(name, need(files, name));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RangeError(`${name} holds no object`);
  return value as Record<string, unknown>;
}

function parse(name: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes));
  } catch {
    throw new RangeError(`${name} is no JSON`);
  }
}

/** The list under `member`, each an object; throws a RangeError where it is none. */
export function readList(files: PackFiles, name: string, member: string): Record<string, unknown>[] {
  const list = readObject(files, name)[member];
  if (!Array.isArray(list) || list.some((one) => typeof one !== 'object' || one === null)) throw new RangeError(`${name} holds no list ${member}`);
  return list as Record<string, unknown>[];
}

export const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
