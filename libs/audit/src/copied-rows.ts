import type { PoolClient } from 'pg';
import { timeText, type Micros } from '#ledger';
import { copyOut } from './copy-out.js';

/** COPY's signature, flags and extension, before the first row. */
const HEADER = 19;
const EPOCH_2000 = 946_684_800_000_000;
const YEAR_1 = -62_135_596_800_000_000;
const YEAR_10000 = 253_402_300_800_000_000;

/** How a byte is written in hex: the codes of both digits. */
export const HIGH = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0').charCodeAt(0));
export const LOW = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0').charCodeAt(1));

const dashed = Buffer.alloc(36, '-');

/** A moment in the ledger's form; `infinity` where it lies in no year that the ledger can write. */
export const momentText = (micros: Micros): string => (micros >= YEAR_1 && micros < YEAR_10000 ? timeText(micros) : micros < 0 ? '-infinity' : 'infinity');

/**
 * The rows of one COPY in PostgreSQL's binary form, left as they came: a value is looked at where it lies, and becomes an
 * object only where one is needed. The memory is used again by the next `copy` into the same rows.
 */
export class CopiedRows {
  buffer: Buffer = Buffer.allocUnsafe(1 << 16);
  count = 0;
  private filled = 0;
  /** Where each value begins, and how long it is (-1: null); one after the other, row by row. */
  private places: Int32Array = new Int32Array(1 << 10);

  constructor(private readonly columns: number) {}

  /** The rows of a statement, which takes no parameters. */
  async copy(client: PoolClient, select: string): Promise<this> {
    this.filled = 0;
    await copyOut(client, select, (piece) => this.add(piece));
    this.find();
    return this;
  }

  private add(chunk: Buffer): void {
    if (this.filled + chunk.length > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.filled + chunk.length));
      this.buffer.copy(larger, 0, 0, this.filled);
      this.buffer = larger;
    }
    this.buffer.set(chunk, this.filled);
    this.filled += chunk.length;
  }

  private find(): void {
    const { columns, buffer, filled } = this;
    let at = HEADER;
    let place = 0;
    this.count = 0;
    while (at + 2 <= filled && buffer.readInt16BE(at) === columns) {
      at += 2;
      if (place + columns * 2 > this.places.length) this.places = grown(this.places);
      const { places } = this;
      for (let column = 0; column < columns; column += 1, place += 2) {
        const length = int32(buffer, at);
        places[place] = at + 4;
        places[place + 1] = length;
        at += 4 + (length > 0 ? length : 0);
      }
      this.count += 1;
    }
    if (at + 2 !== filled || buffer.readInt16BE(at) !== -1) throw new RangeError('rows of a COPY end before its trailer');
  }

  begin(row: number, column: number): number {
    return this.places[(row * this.columns + column) * 2] ?? 0;
  }

  end(row: number, column: number): number {
    const place = (row * this.columns + column) * 2;
    return (this.places[place] ?? 0) + (this.places[place + 1] ?? 0);
  }

  isNull(row: number, column: number): boolean {
    return this.places[(row * this.columns + column) * 2 + 1] === -1;
  }

  text(row: number, column: number): string {
    return this.buffer.toString('utf8', this.begin(row, column), this.end(row, column));
  }

  textOrNull(row: number, column: number): string | null {
    return this.isNull(row, column) ? null : this.text(row, column);
  }

  hex(row: number, column: number): string {
    return this.buffer.toString('hex', this.begin(row, column), this.end(row, column));
  }

  uuid(row: number, column: number): string {
    const { buffer } = this;
    let from = this.begin(row, column);
    for (let to = 0; to < 36; from += 1) {
      if (to === 8 || to === 13 || to === 18 || to === 23) to += 1;
      const byte = buffer[from] ?? 0;
      dashed[to++] = HIGH[byte] ?? 0;
      dashed[to++] = LOW[byte] ?? 0;
    }
    return dashed.toString('latin1');
  }

  int(row: number, column: number): number {
    return int32(this.buffer, this.begin(row, column));
  }

  /** Of a smallint. */
  short(row: number, column: number): number {
    return this.buffer.readInt16BE(this.begin(row, column));
  }

  bool(row: number, column: number): boolean {
    return this.buffer[this.begin(row, column)] === 1;
  }

  /** Of a bigint: exact up to 2^53, which neither an index nor a time of the ledger comes near. */
  big(row: number, column: number): number {
    const at = this.begin(row, column);
    return int32(this.buffer, at) * 4_294_967_296 + (int32(this.buffer, at + 4) >>> 0);
  }

  /** Of a timestamptz, since 1970. */
  micros(row: number, column: number): Micros {
    return this.big(row, column) + EPOCH_2000;
  }

  moment(row: number, column: number): string {
    return momentText(this.micros(row, column));
  }

  momentOrNull(row: number, column: number): string | null {
    return this.isNull(row, column) ? null : this.moment(row, column);
  }
}

function grown(places: Int32Array): Int32Array {
  const larger = new Int32Array(places.length * 2);
  larger.set(places);
  return larger;
}

const int32 = (buffer: Buffer, at: number): number => ((buffer[at] ?? 0) << 24) | ((buffer[at + 1] ?? 0) << 16) | ((buffer[at + 2] ?? 0) << 8) | (buffer[at + 3] ?? 0);

/** Whether so many bytes are the same in both places. */
export function sameBytesAt(one: Buffer, at: number, other: Buffer, otherAt: number, length: number): boolean {
  for (let byte = 0; byte < length; byte += 1) if (one[at + byte] !== other[otherAt + byte]) return false;
  return true;
}

/** A UUID as it may stand in a statement. */
export function uuidLiteral(text: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) throw new TypeError('not a UUID');
  return `'${text}'::uuid`;
}
