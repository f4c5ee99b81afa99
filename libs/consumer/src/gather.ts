interface Waiting<T> {
  items: readonly T[];
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Takes items; resolves once the work that held them is done, and throws what the work threw. */
export type Gather<T> = (items: readonly T[]) => Promise<void>;

/** What else this turn of the event loop brings: kafkajs hands over each partition of one fetch by itself. */
const restOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Natural batching: while nothing runs, what arrives in one turn of the event loop goes together; while one piece of work runs, what
 * arrives waits; when it ends, all that waits (about `limit` items at most) forms the next, in the order of arrival. There is no
 * timer, and never two pieces at a time.
 */
export function gather<T>(limit: number, work: (items: readonly T[]) => Promise<void>): Gather<T> {
  const waiting: Waiting<T>[] = [];
  let running = false;

  function next(): Waiting<T>[] {
    let size = 0;
    let count = 0;
    for (const { items } of waiting) {
      if (count > 0 && size + items.length > limit) break;
      size += items.length;
      count += 1;
    }
    return waiting.splice(0, count);
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    await restOfTurn();
    while (waiting.length > 0) {
      const together = next();
      await work(together.flatMap(({ items }) => items)).then(
        () => together.forEach(({ resolve }) => resolve()),
        (error: unknown) => together.forEach(({ reject }) => reject(error)),
      );
    }
    running = false;
  }

  return (items) =>
    new Promise((resolve, reject) => {
      waiting.push({ items, resolve, reject });
      void run();
    });
}
