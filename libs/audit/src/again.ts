import { sameBytesAt } from './copied-rows.js';

const MOST = 32;

/** Values of a few texts that come again and again: each is made once. */
export class Again<Value> {
  private readonly seen: { bytes: Buffer; value: Value }[] = [];

  constructor(private readonly make: (text: string) => Value) {}

  of(buffer: Buffer, begin: number, end: number): Value {
    const { seen } = this;
    for (const { bytes, value } of seen) if (bytes.length === end - begin && sameBytesAt(buffer, begin, bytes, 0, bytes.length)) return value;
    const bytes = Buffer.from(buffer.subarray(begin, end));
    const value = this.make(bytes.toString('utf8'));
    if (seen.length === MOST) seen.length = 0;
    seen.push({ bytes, value });
    return value;
  }
}
