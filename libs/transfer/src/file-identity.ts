import { createHmac, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/**
 * What a file is to the ledger: a keyed hash of its bytes, whatever it is called. Keyed, because a short file of
 * addresses could be guessed from a plain one.
 */
export async function identityOf(path: string, key: Buffer): Promise<Buffer> {
  const hmac = createHmac('sha256', key);
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hmac.update(piece as Buffer);
  return hmac.digest();
}

/** The `request` of a row: always the same for the same file and row number (UUIDv8, RFC 9562). */
export function requestOf(identity: Buffer, row: number): string {
  const hex = hash('sha256', `${identity.toString('hex')} row ${row}`, 'hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
