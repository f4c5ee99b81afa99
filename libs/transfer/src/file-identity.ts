import { createHmac, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { canonicalText } from '#proof';
import type { Mapping } from './mapping.js';

/**
 * What a file is to the ledger: a keyed hash of its bytes, whatever it is called. Keyed, because a short file of
 * addresses could be guessed from a plain one.
 */
export async function identityOf(path: string, key: Buffer): Promise<Buffer> {
  const hmac = createHmac('sha256', key);
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hmac.update(piece as Buffer);
  return hmac.digest();
}

const filled = (mapping: Mapping): [string, unknown][] => Object.entries(mapping).filter(([, one]) => typeof one !== 'object' || Object.keys(one as object).length > 0);

/** By what a file is read, and as whose records: a keyed hash, the same however the mapping was put together. */
export const mappingHash = ({ mapping, system }: { mapping: Mapping; system: string }, key: Buffer): Buffer =>
  createHmac('sha256', key).update(canonicalText({ mapping: Object.fromEntries(filled(mapping)), system })).digest();

/** A UUIDv8 (RFC 9562) that is always the same for the same text. */
function uuidOf(text: string): string {
  const hex = hash('sha256', text, 'hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The `request` of a row: always the same for the same file, row number and purpose, since a row may speak of several purposes. */
export const requestOf = (identity: Buffer, row: number, purpose: string): string => uuidOf(`${identity.toString('hex')} row ${row} ${purpose}`);

/** The `request` that versions gave a row which imported a file for one purpose only. */
export const formerRequestOf = (identity: Buffer, row: number): string => uuidOf(`${identity.toString('hex')} row ${row}`);
