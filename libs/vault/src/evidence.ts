import { hash, type CipherKey } from 'node:crypto';
import { open, seal } from './seal.js';
import { randomBytes } from './random.js';

const RANDOM = 32;
const PREFIX = Buffer.of(0x02);

/** Where an evidence item lies; part of what seals it, so that it cannot be moved elsewhere. */
export interface Place {
  ledger: string;
  person: string;
  event: string;
}

const aadOf = (place: Place, kind: string): string => `${place.ledger}|${place.person}|${place.event}|${kind}`;

/** Evidence by kind, in clear: texts, or the bytes of files. */
export type EvidenceItems = Record<string, string | Uint8Array>;

export interface SealedEvidence {
  /** Kinds in the order of the items, comma separated. */
  kinds: string;
  /** For each item: its length (4 bytes, big endian), then the sealed bytes of random ‖ item. */
  sealed: Buffer;
  /** SHA-256(0x02 ‖ random ‖ item), hex, by kind: what the event holds. */
  commitments: Record<string, string>;
}

function sizeOf(bytes: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return size;
}

const bytesOf = (item: string | Uint8Array): Uint8Array => (typeof item === 'string' ? Buffer.from(item, 'utf8') : item);

/** Seals evidence items with the person's key and gives the commitments that stand in the event. */
export function sealEvidence(key: CipherKey, place: Place, items: EvidenceItems): SealedEvidence {
  const commitments: Record<string, string> = {};
  const parts: Buffer[] = [];
  const kinds = Object.keys(items).sort();
  for (const kind of kinds) {
    const plain = Buffer.concat([PREFIX, randomBytes(RANDOM), bytesOf(items[kind] ?? '')]);
    commitments[kind] = hash('sha256', plain, 'hex');
    const sealed = seal(key, aadOf(place, kind), plain.subarray(PREFIX.length));
    parts.push(sizeOf(sealed), sealed);
  }
  return { kinds: kinds.join(','), sealed: Buffer.concat(parts), commitments };
}

export interface EvidenceItem {
  kind: string;
  random: Buffer;
  item: Buffer;
}

/** Opens one row of the evidence table; throws where a single bit of it differs, the lengths between the items included. */
export function openEvidence(key: CipherKey, place: Place, kinds: string, sealed: Buffer): EvidenceItem[] {
  let at = 0;
  const items = kinds.split(',').map((kind) => {
    const begin = at + 4;
    at = begin + sealed.readUInt32BE(at);
    if (at > sealed.length) throw new RangeError('an evidence item is cut');
    const plain = open(key, aadOf(place, kind), sealed.subarray(begin, at));
    return { kind, random: plain.subarray(0, RANDOM), item: plain.subarray(RANDOM) };
  });
  if (at !== sealed.length) throw new RangeError('something follows the last evidence item');
  return items;
}
