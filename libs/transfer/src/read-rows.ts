import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { parse, CsvError, type Info } from 'csv-parse';
import { EMPTY_LIST } from './fields.js';
import { ImportProblem, missingColumns, type Mapping } from './mapping.js';

/** One row of a file: its number among the rows (from 0), the line it begins on (from 1), and its cells by column. */
export interface RawRow {
  row: number;
  line: number;
  /** Bytes of the file that were read when the row was found: for showing how far it is. */
  bytes: number;
  cells?: Record<string, string>;
  /** Columns whose number is not the one that was written, or may be another one's: JSON rounds beyond 2^53 and drops zeros. */
  rounded?: string[];
  /** Columns that hold an object of JSON, whose members are columns of their own. */
  nested?: string[];
  /** Why the row has no cells. */
  refused?: { code: string; reason: string };
}

const CHUNK = 256 * 1024;
const MAX_RECORD = 128 * 1024;
const MAX_CELL = 16 * 1024;

interface Source {
  bytes: number;
  text: AsyncGenerator<string>;
}

function decoderFor(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new ImportProblem(`there is no encoding ${encoding}`);
  }
}

/** The text of a file, piece by piece; never the whole of it in memory. A byte order mark is dropped. */
function open(path: string, encoding: string): Source {
  const decoder = decoderFor(encoding);
  const decode = (bytes: Buffer | undefined): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch {
      throw new ImportProblem(`the file is not ${encoding}; name its encoding, for instance --encoding windows-1252`);
    }
  };
  const source: Source = { bytes: 0, text: pieces() };
  async function* pieces(): AsyncGenerator<string> {
    for await (const piece of createReadStream(path, { highWaterMark: CHUNK })) {
      source.bytes += (piece as Buffer).length;
      yield decode(piece as Buffer);
    }
    yield decode(undefined);
  }
  return source;
}

/** The one of `;` `,` tab that the first line has most of. */
async function delimiterOf(path: string, encoding: string): Promise<string> {
  const [first = ''] = (await firstText(path, encoding)).split(/\r?\n/, 1);
  const counts = [',', ';', '\t'].map((one) => ({ one, count: first.split(one).length }));
  return counts.reduce((best, other) => (other.count > best.count ? other : best)).one;
}

async function firstText(path: string, encoding: string): Promise<string> {
  for await (const text of open(path, encoding).text) return text;
  return '';
}

function headerOf(record: string[], mapping: Mapping): string[] {
  const repeated = record.find((name, index) => record.indexOf(name) !== index);
  if (repeated !== undefined) throw new ImportProblem(`the file has two columns "${repeated}"`);
  const missing = missingColumns(mapping, record);
  if (missing.length > 0) throw new ImportProblem(`the file has no column ${missing.map((name) => `"${name}"`).join(', ')}; its first line must name the columns`);
  return record;
}

const breaksIn = (record: string[]): number => record.reduce((sum, cell) => (cell.includes('\n') ? sum + cell.split('\n').length - 1 : sum), 0);

/** Takes off the `'` that keeps a spreadsheet from taking a cell for a formula: exports set it. */
const plain = (cell: string): string => (/^'[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(cell) ? cell.slice(1) : cell);

function cellsOf(header: string[], record: string[]): Pick<RawRow, 'cells' | 'refused'> {
  if (record.length !== header.length) return { refused: { code: 'columns_wrong', reason: `the row has ${record.length} cells, the first line ${header.length}` } };
  const cells = Object.create(null) as Record<string, string>;
  for (const [index, name] of header.entries()) cells[name] = plain(record[index] ?? '');
  return { cells };
}

/** Rows of a CSV file (RFC 4180), whose first line names the columns. Throws ImportProblem for a file that is none. */
async function* readCsv(path: string, mapping: Mapping): AsyncGenerator<RawRow> {
  const encoding = mapping.encoding ?? 'utf-8';
  const delimiter = mapping.delimiter ?? (await delimiterOf(path, encoding));
  const source = open(path, encoding);
  const parser = parse({ delimiter, info: true, relax_column_count: true, skip_empty_lines: true, trim: true, max_record_size: MAX_RECORD });
  const records = pipeline(Readable.from(source.text), parser, () => undefined);
  let header: string[] | undefined;
  let row = 0;
  try {
    for await (const { record, info } of records as AsyncIterable<{ record: string[]; info: Info }>) {
      if (!header) header = headerOf(record, mapping);
      else yield { row: row++, line: info.lines - breaksIn(record), bytes: source.bytes, ...cellsOf(header, record) };
    }
  } catch (error) {
    if (error instanceof CsvError) throw new ImportProblem(`line ${(error as unknown as { lines?: number }).lines ?? '?'} and what follows cannot be read as CSV (${error.code}): are its quotes closed?`);
    throw error;
  }
}

const isRounded = (value: unknown): boolean => typeof value === 'number' && !Number.isSafeInteger(value);

type Cells = Required<Pick<RawRow, 'cells' | 'rounded' | 'nested'>>;

/** Members of an object by their path: `{"notice": {"id": "x"}}` is `notice.id`; a list has an item a line, and one that holds nothing says so. */
function flatten(value: unknown, path: string, into: Cells): void {
  if (value === null || value === undefined) return;
  if ([value].flat().some(isRounded)) into.rounded.push(path);
  if (Array.isArray(value)) into.cells[path] = value.join('\n').trim() || EMPTY_LIST;
  else if (typeof value !== 'object') into.cells[path] = String(value);
  else flattenObject(value, path, into);
}

function flattenObject(value: object, path: string, into: Cells): void {
  if (path !== '') into.nested.push(path);
  for (const [name, inner] of Object.entries(value)) flatten(inner, path === '' ? name : `${path}.${name}`, into);
}

function objectOf(line: string): Pick<RawRow, 'cells' | 'rounded' | 'nested' | 'refused'> {
  const unreadable = { refused: { code: 'row_unreadable', reason: 'the line is no JSON object' } };
  if (line.length > MAX_RECORD) return unreadable;
  try {
    const value = JSON.parse(line) as unknown;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return unreadable;
    const found: Cells = { cells: Object.create(null) as Record<string, string>, rounded: [], nested: [] };
    flatten(value, '', found);
    return Object.values(found.cells).some((cell) => cell.length > MAX_CELL) ? unreadable : found;
  } catch {
    return unreadable;
  }
}

/** Rows of an NDJSON file: one JSON object a line. A line that is none is a refused row. */
async function* readNdjson(path: string, mapping: Mapping): AsyncGenerator<RawRow> {
  const source = open(path, mapping.encoding ?? 'utf-8');
  let [row, line, rest] = [0, 0, ''];
  const take = function* (lines: string[]): Generator<RawRow> {
    for (const text of lines) {
      line += 1;
      if (text.trim() !== '') yield { row: row++, line, bytes: source.bytes, ...objectOf(text) };
    }
  };
  for await (const text of source.text) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > 64 * MAX_RECORD) throw new ImportProblem(`line ${line + lines.length + 1} has no end: is this NDJSON?`);
    yield* take(lines);
  }
  yield* take([rest]);
}

/** Rows of a file in order, read as they are asked for: NDJSON where the name ends so (.ndjson, .jsonl), else CSV. */
export function readRows(path: string, mapping: Mapping): AsyncGenerator<RawRow> {
  return /\.(ndjson|jsonl)$/i.test(path) ? readNdjson(path, mapping) : readCsv(path, mapping);
}
