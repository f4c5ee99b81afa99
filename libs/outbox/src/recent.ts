import type { StoredLeaf } from './log.js';

export const KEPT = 8_192;

/**
 * The newest leaves that this leader gave indices to, kept for those who follow the log in the same process: what was just
 * written need not be read again. Belongs to one term: while it lasts nobody else gives indices.
 */
export class RecentLeaves {
  private leaves: StoredLeaf[] = [];
  constructor(private readonly most = KEPT) {}

  /** The next leaves; what does not follow on the ones before begins anew. */
  add(leaves: readonly StoredLeaf[]): void {
    const [first] = leaves;
    if (!first) return;
    if (first.index !== this.end) this.leaves = [];
    this.leaves.push(...leaves);
    if (this.leaves.length > 2 * this.most) this.leaves = this.leaves.slice(-this.most);
  }

  /** After an error: what was written may not be what is kept. */
  forget(): void {
    this.leaves = [];
  }

  /** The index after the newest leaf that is kept. */
  get end(): number | undefined {
    const last = this.leaves.at(-1);
    return last && last.index + 1;
  }

  /** The leaves from `from` on, at most `limit`, none where `from` is the end; undefined where they are not kept. */
  from(from: number, limit: number): StoredLeaf[] | undefined {
    const [first] = this.leaves;
    if (!first || this.end === undefined || from < first.index || from > this.end) return undefined;
    return this.leaves.slice(from - first.index, from - first.index + limit);
  }
}
