import type { StoredLeaf } from './log.js';

/** A broker refuses a batch of a partition of more than `max.message.bytes`, 1,048,588 where nobody set it: a page of it would never go out. */
const MOST = 900_000;
/** Key, headers and hash of a message, which its event's bytes do not hold. */
const BESIDE = 1_500;

/** Room in what is sent together, of which each partition makes a batch. */
export class BatchRoom {
  private readonly held = new Map<number, number>();

  /** Whether the message of one more event fits into its partition's batch, and takes its place there; the first always does. */
  take(partition: number, { bytes }: Pick<StoredLeaf, 'bytes'>): boolean {
    const before = this.held.get(partition) ?? 0;
    const after = before + bytes.length + BESIDE;
    if (before > 0 && after > MOST) return false;
    this.held.set(partition, after);
    return true;
  }
}
