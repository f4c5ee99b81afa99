import type { Consumer as KafkaConsumer } from 'kafkajs';
import { nameOf, Stopped } from './faults.js';
import { mergeSpans, spansOf, type Span } from './log/spans.js';
import { logIndexOf, type RawMessage } from './received.js';
import type { Positions } from './store.js';
import type { Workshop } from './work.js';

/** The next offset of each partition that is in these messages. */
export function nextOffsets(messages: readonly RawMessage[]): Positions {
  return new Map(messages.map(({ partition, offset }) => [partition, String(BigInt(offset) + 1n)]));
}

export interface NotedPlaces {
  /** Asked before messages are applied: the result is called once they are, and Kafka has the acknowledgements. */
  expect(): (messages: readonly RawMessage[]) => void;
  /** Partitions that went to another instance are its to note. */
  keepOnly(partitions: readonly number[]): void;
  /** What was applied up to now may be gone: its places are not noted, however late its acknowledgements come. */
  forget(): void;
  note(): Promise<void>;
  stop(): void;
  /** Stops, and has nothing noted any more. */
  end(): void;
}

interface Waiting {
  places: Positions;
  indices: number[];
  seen: Span[];
}

const nothing = (): Waiting => ({ places: new Map(), indices: [], seen: [] });

/**
 * Notes, by interval, what has been applied and acknowledged: in the store first, then in Kafka for whoever looks there. Where nothing
 * is to be noted it still asks which server answers.
 */
export function notePlaces(shop: Workshop, topic: string, consumer: () => KafkaConsumer | undefined): NotedPlaces {
  const { store, commitIntervalMs = 1_000 } = shop.options;
  let own: readonly number[] = [];
  let hasOwn = false;
  let waiting = nothing();
  let noting: Promise<void> | undefined;

  async function noteNow(): Promise<void> {
    if (!hasOwn) return;
    const noted = waiting;
    const guard = shop.servers.guard();
    const { places } = noted;
    const positions = new Map(places);
    noted.seen = mergeSpans([...noted.seen, ...spansOf(noted.indices.splice(0))]);
    try {
      await store.transact(async (session) => {
        guard(await session.server());
        if (noted !== waiting) throw new Stopped();
        if (positions.size > 0 || noted.seen.length > 0) await session.note(topic, positions, noted.seen);
      });
      noted.seen = [];
      if (positions.size > 0) await consumer()?.commitOffsets([...positions].map(([partition, offset]) => ({ topic, partition, offset })));
      for (const [partition, offset] of positions) if (places.get(partition) === offset) places.delete(partition);
    } catch (error) {
      shop.around.logger.debug({ problem: nameOf(error) }, 'offsets could not be noted; next time');
    }
  }

  const forget = (): void => void (waiting = nothing());
  const note = (): Promise<void> => (noting ??= noteNow().finally(() => (noting = undefined)));
  const timer = setInterval(() => void note(), commitIntervalMs);
  return {
    expect: () => {
      const { places, indices } = waiting;
      return (messages) => {
        for (const [partition, offset] of nextOffsets(messages)) if (own.includes(partition)) places.set(partition, offset);
        for (const raw of messages) {
          const index = logIndexOf(raw);
          if (index !== undefined) indices.push(index);
        }
      };
    },
    keepOnly: (partitions) => {
      own = partitions;
      hasOwn = true;
      for (const one of waiting.places.keys()) if (!own.includes(one)) waiting.places.delete(one);
    },
    forget,
    stop: () => clearInterval(timer),
    end: () => {
      clearInterval(timer);
      forget();
    },
    note,
  };
}
