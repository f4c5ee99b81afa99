import kafkajs, { type CompressionTypes, type RecordMetadata } from 'kafkajs';

/** What the relay puts on a topic. */
export interface RelayRecord {
  key: string;
  /** Null: a tombstone. */
  value: string | null;
  headers: Readonly<Record<string, string>>;
  partition: number;
}

/**
 * Says to `producer.send` that its messages were made by `together`. kafkajs takes a buffer of half a kilobyte for each header,
 * and an event has twelve: that was a third of the relay's time. So the records (Kafka protocol, record batch of magic 2,
 * "Record") are written here, and everything around them, batch, checksum and request, stays kafkajs's. The way in is its registry
 * of codecs: a codec gets the records of a partition as one run of bytes and answers with what is to be sent. Readers learn how
 * to unpack from the low three bits of its number; those of 8 say that nothing is packed.
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

const sizeOfVarint = (value: number): number => (value < 1 << 6 ? 1 : value < 1 << 13 ? 2 : value < 1 << 20 ? 3 : VARINT);

function readVarint(from: Buffer, at: number): [value: number, next: number] {
  let [raw, shift, place] = [0, 0, at];
  for (let more = true; more; shift += 7) {
    const byte = from.readUInt8(place++);
    raw |= (byte & 0x7f) << shift;
    more = byte > 0x7f;
  }
  return [(raw >>> 1) ^ -(raw & 1), place];
}

function putLong(into: Buffer, at: number, text: string): number {
  const start = putVarint(into, at, Buffer.byteLength(text));
  return start + into.write(text, start);
}

/** Up to so many characters are written one by one: quicker than asking how many bytes they are. */
const SHORT = 120;

function putText(into: Buffer, at: number, text: string): number {
  const { length } = text;
  if (length > SHORT) return putLong(into, at, text);
  let place = putVarint(into, at, length);
  for (let n = 0; n < length; n += 1) {
    const code = text.charCodeAt(n);
    if (code > 0x7f) return putLong(into, at, text);
    into[place++] = code;
  }
  return place;
}

/** A character of UTF-16 is at most three bytes of UTF-8. */
const most = (text: string): number => VARINT + 3 * text.length;

let scratch = Buffer.allocUnsafe(64 * 1024);

/** Key, value and headers of a record, written already: what stands in it after its place in the batch. */
export interface ReadyRecord {
  body: Buffer;
  partition: number;
}

export function readyRecord({ key, value, headers, partition }: RelayRecord): ReadyRecord {
  const names = Object.keys(headers);
  let room = most(key) + most(value ?? '') + VARINT;
  for (const name of names) room += most(name) + most(headers[name] ?? '');
  if (room > scratch.length) scratch = Buffer.allocUnsafe(2 * room);
  let at = putText(scratch, 0, key);
  at = value === null ? putVarint(scratch, at, -1) : putText(scratch, at, value);
  at = putVarint(scratch, at, names.length);
  for (const name of names) at = putText(scratch, putText(scratch, at, name), headers[name] ?? '');
  return { body: Buffer.from(scratch.subarray(0, at)), partition };
}

/** A message for `producer.send`, with all members that kafkajs puts into its copy: it replaces them, which is quicker than to add them. */
interface Carrier {
  key: null;
  value: Buffer | null;
  headers: Record<string, never>;
  partition: number;
  offsetDelta: number;
  timestampDelta: number;
}

const NO_HEADERS = {};
const carrier = (value: Buffer | null, partition: number): Carrier => ({ key: null, value, headers: NO_HEADERS, partition, offsetDelta: 0, timestampDelta: 0 });

/** Attributes and time: a byte each, and 0. */
const BEFORE_PLACE = 2;

/** The records of one partition as they lie in a batch: length, attributes and time, place in the batch, body. */
function runOf(bodies: readonly Buffer[]): Buffer {
  const run = Buffer.allocUnsafe(bodies.reduce((sum, { length }) => sum + length, bodies.length * (2 * VARINT + BEFORE_PLACE)));
  let to = 0;
  for (const [place, body] of bodies.entries()) {
    to = putVarint(run, to, BEFORE_PLACE + sizeOfVarint(place) + body.length);
    to = putVarint(run, run.writeUInt16BE(0, to), place);
    run.set(body, to);
    to += body.length;
  }
  return run.subarray(0, to);
}

/**
 * Messages that become these records, in order; to be sent with `compression: READY`. kafkajs counts the messages of a
 * partition, so there are as many: the first carries all of its records, the others nothing.
 */
export function together(records: readonly ReadyRecord[]): Carrier[] {
  const bodies = new Map<number, Buffer[]>();
  for (const { body, partition } of records) {
    const own = bodies.get(partition);
    if (own) own.push(body);
    else bodies.set(partition, [body]);
  }
  return [...bodies].flatMap(([partition, own]) => {
    const empty = carrier(null, partition);
    return own.map((_, place) => (place === 0 ? carrier(runOf(own), partition) : empty));
  });
}

/** The value of the first record that kafkajs wrote. */
export function unwrap(wrapped: Buffer): Buffer {
  const [, body] = readVarint(wrapped, 0);
  const [, key] = readVarint(wrapped, body + BEFORE_PLACE);
  const [, lengthOfValue] = readVarint(wrapped, key);
  const [length, value] = readVarint(wrapped, lengthOfValue);
  return wrapped.subarray(value, value + length);
}

Object.assign(kafkajs.CompressionCodecs, { [READY]: () => ({ compress: async ({ buffer }: { buffer: Buffer }) => unwrap(buffer) }) });

/** kafkajs leaves out, without a word, what is for a partition that it does not know of: each must be in the answer. */
export function demandAll(batch: readonly Pick<ReadyRecord, 'partition'>[], answers: readonly Pick<RecordMetadata, 'partition'>[]): void {
  const taken = new Set(answers.map(({ partition }) => partition));
  const missing = batch.find(({ partition }) => !taken.has(partition));
  if (missing) throw new Error(`Kafka knows no partition ${missing.partition} of the topic`);
}
