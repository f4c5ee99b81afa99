/** A broker refuses a batch of a partition of more than `max.message.bytes`, 1,048,588 where nobody set it: it would never go out. */
const MOST = 900_000;

/**
 * Cuts messages, in order, into what can be sent together: of no partition more than a broker takes in one batch. What is alone
 * larger than that is a piece of its own.
 */
export function batchesOf<M>(messages: readonly M[], partitionOf: (message: M) => number, sizeOf: (message: M) => number): M[][] {
  const batches: M[][] = [];
  let held = new Map<number, number>();
  for (const message of messages) {
    const [partition, size] = [partitionOf(message), sizeOf(message)];
    const after = (held.get(partition) ?? 0) + size;
    if (batches.length === 0 || (after > MOST && held.has(partition))) {
      batches.push([]);
      held = new Map();
    }
    batches.at(-1)?.push(message);
    held.set(partition, (held.get(partition) ?? 0) + size);
  }
  return batches;
}
