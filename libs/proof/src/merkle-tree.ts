import { nodeHash, type Sha256 } from './hash.js';

/** Reads the root of the complete subtree `index` of height `level`: the leaves from `index * 2^level` on, 2^level of them. */
export type ReadNode = (level: number, index: number) => Promise<Uint8Array>;

/** Some leaves of a tree: from `begin` up to, not including, `end`. */
export interface Span {
  begin: number;
  end: number;
}

/** The root of a tree without leaves: the hash of nothing (RFC 6962 section 2.1). */
export const emptyRoot = (sha256: Sha256): Uint8Array => sha256();

/** The largest power of two below `count` (for 2 or more), where RFC 6962 splits a tree. */
function split(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** Proofs over a tree whose complete subtrees can be read; nothing else of it is ever read. */
export class MerkleTree {
  constructor(
    private readonly sha256: Sha256,
    private readonly read: ReadNode,
  ) {}

  private async spanHash({ begin, end }: Span): Promise<Uint8Array> {
    const count = end - begin;
    const level = Math.log2(count);
    if (Number.isInteger(level)) return this.read(level, begin / count);
    const middle = begin + split(count);
    const [left, right] = await Promise.all([this.spanHash({ begin, end: middle }), this.spanHash({ begin: middle, end })]);
    return nodeHash(this.sha256, left, right);
  }

  /** The root over the first `size` leaves. */
  async root(size: number): Promise<Uint8Array> {
    return size === 0 ? emptyRoot(this.sha256) : this.spanHash({ begin: 0, end: size });
  }

  /** The audit path of one leaf, nearest neighbour first (RFC 6962 section 2.1.1). */
  async inclusion(index: number, size: number): Promise<Uint8Array[]> {
    if (!(index >= 0 && index < size)) throw new RangeError(`leaf ${index} does not stand in a tree of ${size}`);
    return Promise.all(pathOf(index, { begin: 0, end: size }).map((span) => this.spanHash(span)));
  }

  /** The proof that the tree of `first` leaves is the beginning of the one of `second` (RFC 6962 section 2.1.2). */
  async consistency(first: number, second: number): Promise<Uint8Array[]> {
    if (!(first > 0 && first <= second)) throw new RangeError(`a tree of ${first} is no beginning of one of ${second}`);
    return Promise.all(subproof(first, { begin: 0, end: second }, true).map((span) => this.spanHash(span)));
  }
}

function pathOf(index: number, { begin, end }: Span): Span[] {
  if (end - begin === 1) return [];
  const middle = begin + split(end - begin);
  if (index < middle) return [...pathOf(index, { begin, end: middle }), { begin: middle, end }];
  return [...pathOf(index, { begin: middle, end }), { begin, end: middle }];
}

/** `whole`: the span begins at leaf 0, so the verifier of the first tree knows its root already. */
function subproof(first: number, { begin, end }: Span, whole: boolean): Span[] {
  if (first === end) return whole ? [] : [{ begin, end }];
  const middle = begin + split(end - begin);
  if (first <= middle) return [...subproof(first, { begin, end: middle }, whole), { begin: middle, end }];
  return [...subproof(first, { begin: middle, end }, false), { begin, end: middle }];
}
