import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ProcessMark } from './processes.js';

/** What a server's folder remembers from one start to the next (`server.json`). */
export interface ServerMemory {
  port?: number;
  /** Kafka only: the port of its controller, and the id of the cluster once the folder is formatted. */
  controllerPort?: number;
  clusterId?: string;
  /** The process that was started last; it may be gone. */
  process?: ProcessMark;
}

/** The JSON object in a file, undefined when the file is missing or holds none (a start that was cut off). */
export async function readJson<T extends object>(file: string): Promise<T | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a file that only the owner can read (0600), whole or not at all. */
export async function writePrivately(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
}

export const writeJson = (file: string, value: object): Promise<void> => writePrivately(file, `${JSON.stringify(value, null, 2)}\n`);
