import type { SeekEntry } from 'kafkajs';
import { readStretches, type ReadStretches, type Stretch } from './read-stretches.js';
import { logIndexOf } from './received.js';

/** A partition: its first offset, and the next one to be written. */
export type Extent = SeekEntry & { low: string; high: string };

/** Read of each partition: more than its last record, which may have been sent again out of its turn. */
const TAIL = 50n;

function tailOf({ partition, low, high }: Extent): Stretch {
  const from = BigInt(high) - TAIL;
  return { partition, from: from > BigInt(low) ? String(from) : low, to: high };
}

/** The highest log index among the last records of each partition; undefined where none says one. Throws when Kafka fails. */
export async function findLastIndex(reading: Omit<ReadStretches, 'stretches' | 'take'>, extents: readonly Extent[]): Promise<number | undefined> {
  let last: number | undefined;
  await readStretches({
    ...reading,
    stretches: extents.map(tailOf),
    take: (raw) => {
      const index = logIndexOf(raw);
      if (index !== undefined) last = Math.max(last ?? 0, index);
    },
  });
  return last;
}
