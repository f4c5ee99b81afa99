import type { Consumer as KafkaConsumer } from 'kafkajs';

export interface Ending {
  /** Listens to a reader; to be called before it runs. */
  prepare: (consumer: Pick<KafkaConsumer, 'on' | 'events'>) => void;
  reached: Promise<void>;
}

/** Fetches that must come back empty, one after the other, from every broker. */
const QUIET_FETCHES = 3;

/**
 * The end of a compacted topic: each partition read up to its end (`ends`, next offsets by partition) as noted. Where
 * compaction has taken the last records away no message ever carries that offset; then a few fetches in a row that bring
 * nothing, from each of `brokers`, are the end.
 */
export function findEnd(ends: ReadonlyMap<number, bigint>, brokers: number): Ending {
  const open = new Map(ends);
  const quiet = new Map<string, number>();
  let resolve: () => void = () => undefined;
  const reached = new Promise<void>((done) => (resolve = done));
  const prepare: Ending['prepare'] = (consumer) => {
    consumer.on(consumer.events.START_BATCH_PROCESS, () => quiet.clear());
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      if (BigInt(payload.lastOffset) + 1n >= (open.get(payload.partition) ?? 0n)) open.delete(payload.partition);
      if (open.size === 0) resolve();
    });
    consumer.on(consumer.events.FETCH, ({ payload }) => {
      const node = String((payload as unknown as { nodeId: number }).nodeId);
      quiet.set(node, (quiet.get(node) ?? 0) + 1);
      if (quiet.size >= brokers && [...quiet.values()].every((count) => count >= QUIET_FETCHES)) resolve();
    });
  };
  return { prepare, reached };
}
