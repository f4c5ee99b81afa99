import { delayOf, pause } from './back-off.js';
import type { Extent } from './find-last-events.js';
import { readEvent } from './read-message.js';
import { readStretches, type ReadStretches, type Stretch } from './read-stretches.js';
import { headerOf, isUnreadable, ONLY_FOR, type RawMessage, type Received } from './received.js';

const FIRST = 100n;
/** Messages held at once, all partitions together. */
const MOST = 100_000n;

export interface ReadBack extends Omit<ReadStretches, 'stretches' | 'take'> {
  /** Where each partition begins, and from where back it is read. */
  extents: readonly Extent[];
  /** Name of the ledger whose events are meant: others are passed over. */
  origin: string;
  /** Nothing before an event below this log index is read. */
  floor: number;
}

interface Part {
  partition: number;
  low: bigint;
  to: bigint;
}

const fromOf = ({ low, to }: Part, size: bigint): bigint => (to - size > low ? to - size : low);

/** The ledger's own events of a stretch, newest first, up to the first below the floor; and whether that was met. Dead letters that were put back are none. */
function aboveFloor(messages: readonly RawMessage[], { origin, floor }: ReadBack): { events: Received[]; met: boolean } {
  const events: Received[] = [];
  for (const raw of [...messages].reverse()) {
    if (headerOf(raw, 'ce_source') !== `https://${origin}` || headerOf(raw, ONLY_FOR) !== undefined) continue;
    const read = readEvent(raw);
    if (isUnreadable(read) || read.logIndex === undefined || (read.data as { recordedAt?: string }).recordedAt === undefined) continue;
    if (read.logIndex < floor) return { events, met: true };
    events.push(read);
  }
  return { events, met: false };
}

const TRIES = 5;

/** The messages of the stretches, by partition. Tries again where Kafka says that it can soon, as a broker does that has just come up. */
async function readSurely(options: ReadBack, stretches: readonly Stretch[]): Promise<Map<number, RawMessage[]>> {
  for (let attempt = 1; ; attempt += 1) {
    const found = new Map<number, RawMessage[]>(stretches.map(({ partition }) => [partition, []]));
    try {
      await readStretches({ ...options, stretches, take: (raw) => void found.get(raw.partition)?.push(raw) });
      return found;
    } catch (error) {
      if (attempt === TRIES || !(error as { retriable?: boolean }).retriable) throw error;
      await pause(delayOf(attempt), options.signal ?? new AbortController().signal);
    }
  }
}

/**
 * Reads the events of one ledger from the end of its topic back to the log index `floor`, whatever order the partitions lie in. Gives them
 * in pieces, those of one partition newest first, and what does not say when it was recorded is none; a repeat comes as often as it lies there. Throws when Kafka fails.
 */
export async function* readBack(options: ReadBack): AsyncGenerator<Received[]> {
  let open = options.extents.map(({ partition, low, high }): Part => ({ partition, low: BigInt(low), to: BigInt(high) })).filter(({ low, to }) => to > low);
  const most = MOST / BigInt(Math.max(1, open.length));
  for (let size = FIRST; open.length > 0; size = size * 4n < most ? size * 4n : most) {
    const found = await readSurely(options, open.map((part) => ({ partition: part.partition, from: String(fromOf(part, size)), to: String(part.to) })));
    if (options.signal?.aborted) return;
    const parts = open.map((part) => ({ part, ...aboveFloor(found.get(part.partition) ?? [], options) }));
    yield parts.flatMap(({ events }) => events);
    open = parts.filter(({ met }) => !met).map(({ part }) => ({ ...part, to: fromOf(part, size) })).filter(({ low, to }) => to > low);
  }
}

/** What a message tells of the event that it is of. */
export const sentOf = ({ id = '', data: { person, purpose, version } }: Received): { event: string; person: string; purpose: string; version: number } => ({ event: id, person, purpose, version });
