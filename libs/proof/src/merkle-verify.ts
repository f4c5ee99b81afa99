import { nodeHash, type Sha256 } from './hash.js';

/** What says that a leaf stands in a tree. */
export interface Inclusion {
  index: number;
  size: number;
  leaf: Uint8Array;
  /** Hashes from the leaf's neighbour upwards. */
  proof: readonly Uint8Array[];
  root: Uint8Array;
}

/** What says that one tree is the beginning of another. */
export interface Consistency {
  first: { size: number; root: Uint8Array };
  second: { size: number; root: Uint8Array };
  proof: readonly Uint8Array[];
}

const HASH_LENGTH = 32;
const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const half = (value: number): number => Math.floor(value / 2);
const isHash = (bytes: Uint8Array): boolean => bytes.length === HASH_LENGTH;

/** Whether two byte strings are the same. Not in constant time: nothing compared here is secret. */
export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => one.length === other.length && one.every((byte, at) => byte === other[at]);

/** A place that climbs from a leaf (`node`) along the right border (`last`) towards the root. */
interface Place {
  node: number;
  last: number;
}

const up = ({ node, last }: Place): Place => ({ node: half(node), last: half(last) });

/** After joining with a left neighbour at the right border: up past the levels on which there is nothing to join with. */
function skip(place: Place): Place {
  let at = place;
  while (at.node % 2 === 0 && at.node !== 0) at = up(at);
  return up(at);
}

const joinsLeft = ({ node, last }: Place): boolean => node % 2 === 1 || node === last;

/**
 * Whether `proof` shows that `leaf` (a leaf hash) stands at `index` in the tree of `size` leaves with this root: RFC 9162
 * section 2.1.3.2. A proof that is too long, too short or holds anything but 32 byte hashes is false, never an error.
 */
export function verifyInclusion(sha256: Sha256, { index, size, leaf, proof, root }: Inclusion): boolean {
  if (!isSize(index) || !isSize(size) || index >= size || ![leaf, root, ...proof].every(isHash)) return false;
  let place: Place = { node: index, last: size - 1 };
  let hash = leaf;
  for (const neighbour of proof) {
    if (place.last === 0) return false;
    const left = joinsLeft(place);
    hash = left ? nodeHash(sha256, neighbour, hash) : nodeHash(sha256, hash, neighbour);
    place = left ? skip(place) : up(place);
  }
  return place.last === 0 && sameBytes(hash, root);
}

const powerOfTwo = (value: number): boolean => {
  let rest = value;
  while (rest > 1 && rest % 2 === 0) rest = half(rest);
  return rest === 1;
};

function climb(sha256: Sha256, { first, second }: Consistency, path: readonly Uint8Array[]): boolean {
  let place: Place = { node: first.size - 1, last: second.size - 1 };
  while (place.node % 2 === 1) place = up(place);
  let [earlier, later] = [path[0], path[0]] as [Uint8Array, Uint8Array];
  for (const neighbour of path.slice(1)) {
    if (place.last === 0) return false;
    const left = joinsLeft(place);
    if (left) earlier = nodeHash(sha256, neighbour, earlier);
    later = left ? nodeHash(sha256, neighbour, later) : nodeHash(sha256, later, neighbour);
    place = left ? skip(place) : up(place);
  }
  return place.last === 0 && sameBytes(earlier, first.root) && sameBytes(later, second.root);
}

/**
 * Whether `proof` shows that the first tree is the beginning of the second: RFC 9162 section 2.1.4.2. Trees of one size must
 * have one root and an empty proof. About an empty tree nothing can be shown: false.
 */
export function verifyConsistency(sha256: Sha256, claim: Consistency): boolean {
  const { first, second, proof } = claim;
  if (!isSize(first.size) || !isSize(second.size) || first.size === 0 || first.size > second.size) return false;
  if (first.size === second.size) return proof.length === 0 && sameBytes(first.root, second.root);
  if (proof.length === 0 || ![first.root, second.root, ...proof].every(isHash)) return false;
  return climb(sha256, claim, powerOfTwo(first.size) ? [first.root, ...proof] : proof);
}
