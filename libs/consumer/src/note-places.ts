import type { Consumer as KafkaConsumer } from 'kafkajs';
import { nameOf } from './faults.js';
import { mergeSpans, spansOf, type Span } from './log/spans.js';
import { logIndexOf, type RawMessage } from './received.js';
import type { Positions } from './store.js';
import type { Workshop } from './work.js';

/** The next offset of each partition that is in these messages. */
export function nextOffsets(messages: readonly RawMessage[]): Positions {
  return new Map(messages.map(({ partition, offset }) => [partition, String(BigInt(offset) + 1n)]));
}

export interface NotedPlaces {
  /** These messages are applied, and Kafka has the acknowledgements. */
  answered(messages: readonly RawMessage[]): void;
  /** Partitions that went to another instance are its to note. */
  keepOnly(partitions: readonly number[]): void;
  note(): Promise<void>;
  stop(): void;
}

/** Notes, by interval, what has been applied and acknowledged: in the store first, then in Kafka for whoever looks there. */
export function notePlaces(shop: Workshop, topic: string, consumer: () => KafkaConsumer | undefined): NotedPlaces {
  const { store, commitIntervalMs = 1_000 } = shop.options;
  const places: Positions = new Map();
  let own: readonly number[] = [];
  const indices: number[] = [];
  let seen: Span[] = [];
  let noting: Promise<void> | undefined;

  async function noteNow(): Promise<void> {
    const positions = new Map(places);
    seen = mergeSpans([...seen, ...spansOf(indices.splice(0))]);
    if (positions.size === 0 && seen.length === 0) return;
    try {
      await store.transact((session) => session.note(topic, positions, seen));
      seen = [];
      await consumer()?.commitOffsets([...positions].map(([partition, offset]) => ({ topic, partition, offset })));
      for (const [partition, offset] of positions) if (places.get(partition) === offset) places.delete(partition);
    } catch (error) {
      shop.around.logger.debug({ problem: nameOf(error) }, 'offsets could not be noted; next time');
    }
  }

  const note = (): Promise<void> => (noting ??= noteNow().finally(() => (noting = undefined)));
  const timer = setInterval(() => void note(), commitIntervalMs);
  return {
    answered: (messages) => {
      for (const [partition, offset] of nextOffsets(messages)) if (own.includes(partition)) places.set(partition, offset);
      for (const raw of messages) {
        const index = logIndexOf(raw);
        if (index !== undefined) indices.push(index);
      }
    },
    keepOnly: (partitions) => {
      own = partitions;
      for (const one of places.keys()) if (!own.includes(one)) places.delete(one);
    },
    stop: () => clearInterval(timer),
    note,
  };
}
