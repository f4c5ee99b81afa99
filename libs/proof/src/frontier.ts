import { nodeHash, type Sha256 } from './hash.js';
import { emptyRoot } from './merkle-tree.js';

/** The height and place of each complete subtree that a tree of `size` leaves falls into, the largest first. */
export function peaksOf(size: number): { level: number; index: number }[] {
  const peaks: { level: number; index: number }[] = [];
  for (let level = 0, rest = size; rest > 0; level += 1, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) peaks.unshift({ level, index: rest - 1 });
  }
  return peaks;
}

/**
 * A tree that only grows, as the roots of its complete subtrees: at most 53 hashes, however many leaves. It appends and
 * tells the root; it cannot prove, which takes the tiles.
 */
export class Frontier {
  /** `peaks`: the roots of `peaksOf(size)`, in that order. Throws where their number does not fit the size. */
  constructor(
    private readonly sha256: Sha256,
    private count = 0,
    private readonly peaks: Uint8Array[] = [],
  ) {
    if (peaks.length !== peaksOf(count).length) throw new RangeError(`a tree of ${count} leaves has other peaks`);
  }

  get size(): number {
    return this.count;
  }

  /** Takes the next leaf hash. */
  append(leaf: Uint8Array): void {
    let hash = leaf;
    for (let rest = this.count; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      hash = nodeHash(this.sha256, this.peaks.pop() as Uint8Array, hash);
    }
    this.peaks.push(hash);
    this.count += 1;
  }

  root(): Uint8Array {
    if (this.peaks.length === 0) return emptyRoot(this.sha256);
    return this.peaks.reduceRight((right, left) => nodeHash(this.sha256, left, right));
  }

  /** The roots of `peaksOf(size)`, from which the tree can be made again. */
  roots(): Uint8Array[] {
    return [...this.peaks];
  }

  /** The same tree, to grow apart from this one. */
  copy(): Frontier {
    return new Frontier(this.sha256, this.count, [...this.peaks]);
  }
}
