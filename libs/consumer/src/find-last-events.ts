import { LEDGER_PURPOSE, stateKey } from '#contracts';
import type { SeekEntry } from 'kafkajs';
import { readEvent } from './read-message.js';
import { readStretches, type ReadStretches, type Stretch } from './read-stretches.js';
import { isUnreadable, logIndexOf, type RawMessage } from './received.js';

/** A partition: its first offset, and the next one to be written. */
export type Extent = SeekEntry & { low: string; high: string };

/** Read of each partition: more than its last record, which may have been sent again out of its turn. */
const TAIL = 50n;

function tailOf({ partition, low, high }: Extent): Stretch {
  const from = BigInt(high) - TAIL;
  return { partition, from: from > BigInt(low) ? String(from) : low, to: high };
}

/** The highest log index that was found, and the highest of an event that has a state record: undefined where none says one. */
export interface LastEvents {
  any?: number;
  ofState?: number;
  /** The keys of the state records that these events have. */
  streams: Set<string>;
}

const higher = (index: number, before: number | undefined): number => Math.max(index, before ?? index);

/** Events of the ledger itself have no state record, and of what cannot be read nobody knows. */
function streamOf(raw: RawMessage): string | undefined {
  const read = readEvent(raw);
  return isUnreadable(read) || read.data.purpose === LEDGER_PURPOSE ? undefined : stateKey(read.data.person, read.data.purpose);
}

/** What the last records of each partition say. Throws when Kafka fails. */
export async function findLastEvents(reading: Omit<ReadStretches, 'stretches' | 'take'>, extents: readonly Extent[]): Promise<LastEvents> {
  const last: LastEvents = { streams: new Set() };
  await readStretches({
    ...reading,
    stretches: extents.map(tailOf),
    take: (raw) => {
      const index = logIndexOf(raw);
      if (index === undefined) return;
      last.any = higher(index, last.any);
      const stream = streamOf(raw);
      if (stream === undefined) return;
      last.ofState = higher(index, last.ofState);
      last.streams.add(stream);
    },
  });
  return last;
}
