import { existsSync } from 'node:fs';
import { open, readFile, rename, writeFile, type FileHandle } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';

export interface RefusedRow {
  line: number;
  code: string;
  reason: string;
}

const HEADER = 'line,code,reason\n';

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
    const old = existsSync(path) ? await readFile(path, 'utf8') : '';
    const kept = old.split('\n').filter((text) => Number.parseInt(text, 10) < fromLine);
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, HEADER + kept.map((text) => `${text}\n`).join(''));
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
