import { microsOf, type Micros } from '#ledger';
import type { Again } from './again.js';
import { HIGH, LOW, momentText, sameBytesAt } from './copied-rows.js';

const [ZERO, NINE, DASH, QUOTE, COLON, POINT] = [48, 57, 45, 34, 58, 46];

/** Goes along the bytes of a canonical event, as long as they are what is expected. Places are counted from its begin. */
export class BytesReader {
  /** The bytes that are read. */
  whole: Buffer = Buffer.alloc(0);
  at = 0;
  private buffer: Buffer = this.whole;
  private begin = 0;
  private length = 0;
  /** The day that was read last: most events are of the same. */
  private readonly day = Buffer.alloc(10);
  private dayMicros = NaN;

  open(buffer: Buffer, begin: number, end: number): void {
    this.whole = buffer.subarray(begin, end);
    this.buffer = buffer;
    this.begin = begin;
    this.length = end - begin;
    this.at = 0;
  }

  /** Where a name stands: at the guess, or the first behind `from`; -1 where it does not. */
  find(name: Buffer, from: number, guess: number): number {
    return guess > 0 && this.startsWith(name, guess) ? guess : this.whole.indexOf(name, from);
  }

  goTo(at: number): void {
    this.at = at < 0 ? this.length : at;
  }

  skip(bytes: number): void {
    this.at += bytes;
  }

  startsWith(name: Buffer, at = this.at): boolean {
    return at >= 0 && at + name.length <= this.length && sameBytesAt(this.whole, at, name, 0, name.length);
  }

  /** Passes a name that stands here. */
  is(name: Buffer): boolean {
    if (!this.startsWith(name)) return false;
    this.at += name.length;
    return true;
  }

  /** Passes everything up to and with this byte. */
  past(byte: number): void {
    this.goTo(this.whole.indexOf(byte, this.at));
    this.at += 1;
  }

  /** Passes the text of a column, which lies in the same buffer. */
  same(begin: number, end: number): boolean {
    const length = end - begin;
    if (length > this.length - this.at || !sameBytesAt(this.whole, this.at, this.buffer, begin, length)) return false;
    this.at += length;
    return true;
  }

  /** Passes the UUID of a column, which lies in the same buffer. */
  uuid(begin: number): boolean {
    const { whole, buffer } = this;
    let { at } = this;
    for (let byte = 0; byte < 16; byte += 1) {
      if ((byte === 4 || byte === 6 || byte === 8 || byte === 10) && whole[at++] !== DASH) return false;
      const value = buffer[begin + byte] ?? 0;
      if (whole[at] !== HIGH[value] || whole[at + 1] !== LOW[value]) return false;
      at += 2;
    }
    this.at = at;
    return true;
  }

  /** Passes a hash, in hex, of which a text has a character for each byte. */
  hash(hash: string): boolean {
    const { whole, at } = this;
    for (let byte = 0; byte < hash.length; byte += 1) {
      const value = hash.charCodeAt(byte);
      if (whole[at + byte * 2] !== HIGH[value] || whole[at + byte * 2 + 1] !== LOW[value]) return false;
    }
    this.at = at + hash.length * 2;
    return true;
  }

  /** Passes a whole number, written as JSON writes it. */
  number(expected: number): boolean {
    const { whole, at } = this;
    let [end, value] = [at, 0];
    for (let digit = whole[end] ?? 0; digit >= ZERO && digit <= NINE; digit = whole[++end] ?? 0) value = value * 10 + digit - ZERO;
    if (value !== expected || end === at) return false;
    this.at = end;
    return whole[at] !== ZERO || end === at + 1;
  }

  private digits(at: number, count: number): number {
    let value = 0;
    for (let place = 0; place < count; place += 1) {
      const digit = (this.whole[at + place] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) return NaN;
      value = value * 10 + digit;
    }
    return value;
  }

  private dayAt(at: number): Micros {
    const { whole, day } = this;
    if (sameBytesAt(whole, at, day, 0, 10)) return this.dayMicros;
    whole.copy(day, 0, at, at + 10);
    const micros = microsOf(`${day.toString('latin1')}T00:00:00Z`);
    this.dayMicros = momentText(micros).startsWith(day.toString('latin1')) ? micros : NaN;
    return this.dayMicros;
  }

  /** Whether what stands between the numbers of a time stands there. */
  private isTime(at: number): boolean {
    const { whole } = this;
    return whole[at + 10] === 84 && whole[at + 13] === COLON && whole[at + 16] === COLON && whole[at + 19] === POINT && whole[at + 26] === 90;
  }

  /** Passes a time in the ledger's form. */
  time(expected: Micros): boolean {
    const { at } = this;
    if (!this.isTime(at)) return false;
    const [hour, minute, second] = [this.digits(at + 11, 2), this.digits(at + 14, 2), this.digits(at + 17, 2)];
    if (hour > 23 || minute > 59 || second > 59) return false;
    const inDay = ((hour * 60 + minute) * 60 + second) * 1_000_000 + this.digits(at + 20, 6);
    if (this.dayAt(at) + inDay !== expected) return false;
    this.at = at + 27;
    return true;
  }

  /** Passes a flat object that may stand here; where it begins, -1 where it does not stand here. */
  passedObject(name: Buffer): number {
    if (!this.is(name)) return -1;
    const begin = this.at;
    this.at = this.endOfObject(begin);
    return begin;
  }

  /** Behind a flat object. */
  endOfObject(begin: number): number {
    const end = this.whole.indexOf(125, begin);
    return end < 0 ? this.length : end + 1;
  }

  /** Passes a text member that may stand here; where its value begins, -1 where it does not stand here. */
  passed(name: Buffer): number {
    if (!this.is(name)) return -1;
    const begin = this.at;
    const { whole, length } = this;
    let at = begin;
    while (at < length && whole[at] !== QUOTE) at += 1;
    this.at = at;
    return begin;
  }

  /** Passes a text member that may stand here, and gives its value: one of a few. */
  member(name: Buffer, words: Again<string>): string | undefined {
    const begin = this.passed(name);
    return begin < 0 ? undefined : words.of(this.whole, begin, this.at);
  }

  /** The value of a text member that ends right before `end`; undefined where another one does. */
  memberBefore(name: Buffer, end: number, words: Again<string>): string | undefined {
    const { whole } = this;
    let begin = end - 1;
    while (begin > 0 && whole[begin - 1] !== QUOTE) begin -= 1;
    return begin > 0 && whole[end - 1] === QUOTE && this.startsWith(name, begin - name.length) ? words.of(whole, begin, end - 1) : undefined;
  }

  slice(begin: number, end: number): string {
    return this.buffer.toString('utf8', this.begin + begin, this.begin + end);
  }

  /** Whether all that is left ends the object, behind a text (`name`) or a number. */
  ends(name: Buffer): boolean {
    return (this.at === this.length - 1 && this.whole[this.at] === 125) || (this.at === this.length - 2 && this.startsWith(name));
  }
}
