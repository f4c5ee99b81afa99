/**
 * Hashes of format 1. The hash function is a parameter, so that the same code runs in Node (node:crypto) and in a
 * browser; every result is a lower-case hex string or 32 raw bytes, as the name says.
 */
export type Sha256 = (...parts: Uint8Array[]) => Uint8Array;

const LEAF = Uint8Array.of(0x00);
const NODE = Uint8Array.of(0x01);
const COMMITMENT = Uint8Array.of(0x02);

/** RFC 6962 section 2.1: SHA-256(0x00 ‖ bytes). */
export const leafHash = (sha256: Sha256, bytes: Uint8Array): Uint8Array => sha256(LEAF, bytes);

/** RFC 6962 section 2.1: SHA-256(0x01 ‖ left ‖ right). */
export const nodeHash = (sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array => sha256(NODE, left, right);

/** The commitment to one evidence item: SHA-256(0x02 ‖ 32 random bytes ‖ item). It hides the item and binds to it. */
export function commitment(sha256: Sha256, random: Uint8Array, item: Uint8Array): Uint8Array {
  if (random.length !== 32) throw new RangeError('a commitment takes 32 random bytes');
  return sha256(COMMITMENT, random, item);
}
