import { sameBytesAt } from './copied-rows.js';

const MOST = 32;

/** Texts of a few values that come again and again: each is made once. */
export class Again {
  private readonly seen: { bytes: Buffer; text: string }[] = [];

  of(buffer: Buffer, begin: number, end: number): string {
    const { seen } = this;
    for (const { bytes, text } of seen) if (bytes.length === end - begin && sameBytesAt(buffer, begin, bytes, 0, bytes.length)) return text;
    const bytes = Buffer.from(buffer.subarray(begin, end));
    const text = bytes.toString('utf8');
    if (seen.length === MOST) seen.length = 0;
    seen.push({ bytes, text });
    return text;
  }
}
