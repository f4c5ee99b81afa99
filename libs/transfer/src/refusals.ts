import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';

export interface RefusedRow {
  line: number;
  code: string;
  reason: string;
}

const HEADER = 'line,code,reason\n';

/** What an earlier run reported of lines before this one; rows are reported in order. */
async function* kept(path: string, fromLine: number): AsyncGenerator<string> {
  yield HEADER;
  if (!existsSync(path)) return;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const line = Number.parseInt(text, 10);
    if (line >= fromLine) return;
    if (!Number.isNaN(line)) yield `${text}\n`;
  }
}

/**
 * The report of refused rows, a CSV file: line number, code, reason; no personal data. Whoever goes on after a cut keeps
 * what was reported of earlier lines.
 */
export class Refusals {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** Opens the report; lines from `fromLine` on are taken out, since their rows will be judged again. */
  static async open(path: string, fromLine: number): Promise<Refusals> {
    const draft = `${path}.${process.pid}`;
    await pipeline(Readable.from(kept(path, fromLine)), createWriteStream(draft));
    await rename(draft, path);
    return new Refusals(path, await open(path, 'a'));
  }

  /** Adds rows, on the disk before it returns. */
  async add(rows: RefusedRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.file.appendFile(stringify(rows.map(({ line, code, reason }) => [line, code, reason])));
    await this.file.datasync();
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
