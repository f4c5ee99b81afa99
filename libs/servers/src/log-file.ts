import { mkdir, open, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A log that a program appends to; `since()` is what was written after it was opened (the last 64 kB at most). */
export interface LogFile {
  path: string;
  handle: FileHandle;
  since(): Promise<string>;
}

const TAIL_BYTES = 65_536;

/** Opens a log for appending (0600); one that has grown over `limitBytes` is kept as `<path>.1` and begun anew. */
export async function openLog(path: string, limitBytes = 20_000_000): Promise<LogFile> {
  await mkdir(dirname(path), { recursive: true });
  const grown = await stat(path).catch(() => undefined);
  if (grown && grown.size > limitBytes) await rename(path, `${path}.1`);
  const handle = await open(path, 'a+', 0o600);
  const { size: before } = await handle.stat();
  return { path, handle, since: () => readFrom(path, before) };
}

async function readFrom(path: string, offset: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const from = Math.max(offset, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size - from)), 0, Math.max(0, size - from), from);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await file.close();
  }
}
