/**
 * PostgreSQL arrays in binary form. The append sends some thirty arrays a batch; as text each element would be escaped
 * here and parsed there. Layout: dimensions, null flag, element type, length, lower bound; then size and bytes of each.
 */
const HEADER = 20;
const OID = { bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23, text: 25, timestamptz: 1184, uuid: 2950 } as const;
const EPOCH_2000_MICROS = 946_684_800_000_000n;

function header(target: Buffer, oid: number, length: number, hasNull: boolean): void {
  target.writeInt32BE(length === 0 ? 0 : 1, 0);
  target.writeInt32BE(hasNull ? 1 : 0, 4);
  target.writeInt32BE(oid, 8);
  if (length > 0) {
    target.writeInt32BE(length, 12);
    target.writeInt32BE(1, 16);
  }
}

function empty(oid: number): Buffer {
  const target = Buffer.alloc(12);
  header(target, oid, 0, false);
  return target;
}

function fixed<T>(oid: number, size: number, values: readonly T[], write: (target: Buffer, value: T, at: number) => void): Buffer {
  if (values.length === 0) return empty(oid);
  const target = Buffer.allocUnsafe(HEADER + values.length * (4 + size));
  header(target, oid, values.length, false);
  let at = HEADER;
  for (const value of values) {
    target.writeInt32BE(size, at);
    write(target, value, at + 4);
    at += 4 + size;
  }
  return target;
}

function variable(oid: number, values: readonly (Uint8Array | null)[]): Buffer {
  if (values.length === 0) return empty(oid);
  const size = values.reduce((sum, value) => sum + 4 + (value?.length ?? 0), HEADER);
  const target = Buffer.allocUnsafe(size);
  header(target, oid, values.length, values.includes(null));
  let at = HEADER;
  for (const value of values) {
    target.writeInt32BE(value?.length ?? -1, at);
    if (value) target.set(value, at + 4);
    at += 4 + (value?.length ?? 0);
  }
  return target;
}

export const int2s = (values: readonly number[]): Buffer => fixed(OID.int2, 2, values, (to, value, at) => to.writeInt16BE(value, at));
export const int4s = (values: readonly number[]): Buffer => fixed(OID.int4, 4, values, (to, value, at) => to.writeInt32BE(value, at));
export const bools = (values: readonly boolean[]): Buffer => fixed(OID.bool, 1, values, (to, value, at) => to.writeUInt8(value ? 1 : 0, at));
export const int8s = (values: readonly number[]): Buffer =>
  fixed(OID.int8, 8, values, (to, value, at) => to.writeBigInt64BE(BigInt(value), at));

/** `timestamptz[]` from microseconds since 1970. */
export const times = (values: readonly number[]): Buffer =>
  fixed(OID.timestamptz, 8, values, (to, value, at) => to.writeBigInt64BE(BigInt(value) - EPOCH_2000_MICROS, at));

/** `timestamptz[]` with nulls. */
export const timesOrNull = (values: readonly (number | null)[]): Buffer =>
  variable(OID.timestamptz, values.map((value) => {
    if (value === null) return null;
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64BE(BigInt(value) - EPOCH_2000_MICROS, 0);
    return bytes;
  }));

/** Throws a TypeError for what is no UUID, rather than sending whatever lay in the buffer. */
function writeUuid(target: Buffer, value: string, at: number): void {
  if (value.length !== 36 || target.write(value.replaceAll('-', ''), at, 16, 'hex') !== 16) throw new TypeError('not a UUID');
}

export const uuids = (values: readonly string[]): Buffer => fixed(OID.uuid, 16, values, writeUuid);

export const byteas = (values: readonly Uint8Array[]): Buffer => variable(OID.bytea, values);

export const texts = (values: readonly (string | null)[]): Buffer =>
  variable(OID.text, values.map((value) => (value === null ? null : Buffer.from(value, 'utf8'))));
