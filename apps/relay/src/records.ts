import kafkajs, { type CompressionTypes } from 'kafkajs';

/** What the relay puts on a topic. */
export interface RelayRecord {
  key: string;
  /** Null: a tombstone. */
  value: string | null;
  headers: Readonly<Record<string, string>>;
  partition: number;
}

/**
 * Says to `producer.send` that its messages are `readyMessage`s. kafkajs takes a buffer of half a kilobyte for each header, and
 * an event has twelve: that was a third of the relay's time. So a record (Kafka protocol, record batch of magic 2, "Record") is
 * written here, and everything around it, batch, checksum and request, stays kafkajs's. The way in is its registry of codecs:
 * a codec gets the records of a partition as one run of bytes and answers with what is to be sent. Readers learn how to unpack
 * from the low three bits of its number; those of 8 say that nothing is packed.
 */
export const READY = 8 as number as CompressionTypes;

/** The most bytes of a 32-bit integer in Kafka's zigzag form. */
const VARINT = 5;

function putVarint(into: Buffer, at: number, value: number): number {
  let [left, place] = [((value << 1) ^ (value >> 31)) >>> 0, at];
  for (; left > 0x7f; left >>>= 7) into[place++] = (left & 0x7f) | 0x80;
  into[place] = left;
  return place + 1;
}

function readVarint(from: Buffer, at: number): [value: number, next: number] {
  let [raw, shift, place] = [0, 0, at];
  for (let more = true; more; shift += 7) {
    const byte = from.readUInt8(place++);
    raw |= (byte & 0x7f) << shift;
    more = byte > 0x7f;
  }
  return [(raw >>> 1) ^ -(raw & 1), place];
}

function putText(into: Buffer, at: number, text: string): number {
  const start = putVarint(into, at, Buffer.byteLength(text));
  return start + into.write(text, start);
}

/** A character of UTF-16 is at most three bytes of UTF-8. */
const most = (text: string): number => VARINT + 3 * text.length;

let scratch = Buffer.allocUnsafe(64 * 1024);

export interface ReadyMessage {
  key: null;
  value: Buffer;
  partition: number;
}

/** A record whose key, value and headers are written already; to be sent with `compression: READY`. */
export function readyMessage({ key, value, headers, partition }: RelayRecord): ReadyMessage {
  const entries = Object.entries(headers);
  const room = entries.reduce((sum, [name, text]) => sum + most(name) + most(text), most(key) + most(value ?? '') + VARINT);
  if (room > scratch.length) scratch = Buffer.allocUnsafe(2 * room);
  let at = putText(scratch, 0, key);
  at = value === null ? putVarint(scratch, at, -1) : putText(scratch, at, value);
  at = putVarint(scratch, at, entries.length);
  for (const [name, text] of entries) at = putText(scratch, putText(scratch, at, name), text);
  return { key: null, value: Buffer.from(scratch.subarray(0, at)), partition };
}

/**
 * What kafkajs wrote for messages without key and headers, each with a ready record as its value, becomes these records: length,
 * attributes and time (a byte each, and 0), place in the batch, then the value as it is.
 */
export function unwrap(wrapped: Buffer): Buffer {
  const records = Buffer.allocUnsafe(wrapped.length);
  let [from, to] = [0, 0];
  for (let place = 0; from < wrapped.length; place += 1) {
    const [size, body] = readVarint(wrapped, from);
    const [, key] = readVarint(wrapped, body + 2);
    const [, lengthOfValue] = readVarint(wrapped, key);
    const [length, value] = readVarint(wrapped, lengthOfValue);
    to = putVarint(records, to, key - body + length);
    to = putVarint(records, records.writeUInt16BE(0, to), place);
    to += wrapped.copy(records, to, value, value + length);
    from = body + size;
  }
  return records.subarray(0, to);
}

Object.assign(kafkajs.CompressionCodecs, { [READY]: () => ({ compress: async ({ buffer }: { buffer: Buffer }) => unwrap(buffer) }) });
