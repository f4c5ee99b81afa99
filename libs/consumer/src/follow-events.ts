import { setMaxListeners } from 'node:events';
import { topicsOf } from '#contracts';
import type { Batch, Consumer as KafkaConsumer, Kafka } from 'kafkajs';
import { arrive, type Given } from './arrive.js';
import { pause, unlessAborted } from './back-off.js';
import { followJoins } from './follow-joins.js';
import { gather } from './gather.js';
import { giveBack } from './give-back.js';
import { nextOffsets, notePlaces } from './note-places.js';
import { readEvent } from './read-message.js';
import { readTopic } from './read-topic.js';
import { isFor, type RawMessage } from './received.js';
import type { Guard } from './servers.js';
import type { Positions } from './store.js';
import { doWork, type Workshop } from './work.js';

export interface Following {
  /** Rejects when following has broken off and must begin anew. */
  broken: Promise<never>;
  /** Takes no more, finishes and acknowledges what is under way and notes its place; or gives up at `limit`. */
  drain(limit: AbortSignal): Promise<void>;
  /** Leaves the group. */
  end(): Promise<void>;
}

export interface FollowEvents {
  /** This instance has joined, and knows what it needs to know of what it was given. */
  onArrived: (given: readonly Given[]) => void;
  /** A partition was read up to `place`, and ends at `end`. */
  onRead: (partition: number, place: string, end: string) => void;
  /** Records between the system's place and the first one that Kafka still has are gone: it is noted that the state must be read anew. */
  onMissing: (partition: number) => void;
}

/** As much lies between an arrival and the next one that a doubt asks for. */
const REST_MS = 500;

/** A message, and what its work may be done on. */
interface Taken {
  raw: RawMessage;
  guard: Guard;
}

/**
 * Follows the events from the system's own place on, as a member of its group: at each join state and place are read from
 * the store, and nothing is taken before. Throws when it cannot begin; breaks off by `broken`.
 */
export async function followEvents(shop: Workshop, kafka: Kafka, { onArrived, onRead, onMissing }: FollowEvents): Promise<Following> {
  const { servers } = shop;
  const { store, system, topicPrefix = '', batch = 1_000, sessionTimeoutMs = 8_000 } = shop.options;
  const topic = topicsOf(topicPrefix).events;
  let current: KafkaConsumer | undefined;
  const notes = notePlaces(shop, topic, () => current);
  let heedNoMore: () => void = () => undefined;
  const leaving = new AbortController();
  // Every partition may wait for it at once.
  setMaxListeners(0, leaving.signal);
  const waiting = AbortSignal.any([shop.around.signal, leaving.signal]);
  const joins = followJoins();
  let isFirst = true;
  /** The next offset of each partition that this instance has. */
  const next: Positions = new Map();

  const work = gather<Taken>(batch * 2, async (taken) => {
    const guards = new Set(taken.map(({ guard }) => guard));
    const guard: Guard = (server) => guards.forEach((one) => one(server));
    guard();
    const answered = notes.expect();
    const messages = taken.map(({ raw }) => raw);
    await doWork({ ...shop, applier: { ...shop.applier, guard } }, 'events', messages.filter((raw) => isFor(system, raw)).map(readEvent), () => answered(messages));
  });

  const inFlight = new Set<Promise<boolean>>();

  /** Goes on behind what Kafka has lost; what it said is learnt from the state, which is noted first. */
  async function skipMissing(partition: number, offset: string): Promise<boolean> {
    const guard = servers.guard();
    await store.forgetInformed();
    await store.transact(async (session) => {
      guard(await session.server());
      await session.note(topic, new Map([[partition, offset]]), []);
    });
    leaving.abort();
    onMissing(partition);
    return false;
  }

  async function takeNow(messages: RawMessage[], { partition, highWatermark }: Batch): Promise<boolean> {
    const isCurrent = joins.current();
    const guard = servers.guard();
    if (!isCurrent()) return joins.arrived(leaving.signal).then(() => false);
    const first = messages[0]?.offset ?? '0';
    const expected = next.get(partition);
    if (expected !== undefined && BigInt(first) > BigInt(expected)) return skipMissing(partition, first);
    await shop.sender.room();
    await work(messages.map((raw) => ({ raw, guard })));
    if (!isCurrent()) return false;
    for (const [one, offset] of nextOffsets(messages)) next.set(one, offset);
    onRead(partition, next.get(partition) ?? highWatermark, highWatermark);
    return true;
  }

  async function take(messages: RawMessage[], batch: Batch): Promise<boolean> {
    if (leaving.signal.aborted) return false;
    const taken = takeNow(messages, batch).catch((error: unknown) => giveBack(shop, error));
    inFlight.add(taken);
    return taken.finally(() => inFlight.delete(taken));
  }

  async function begin(consumer: KafkaConsumer, given: readonly Given[]): Promise<void> {
    next.clear();
    for (const { partition, place, gone } of given) {
      if (gone !== undefined) await skipMissing(partition, gone);
      else consumer.seek({ topic, partition, offset: place });
      next.set(partition, place);
    }
    if (!leaving.signal.aborted) onArrived(given);
  }

  function prepare(consumer: KafkaConsumer): void {
    let partitions: readonly number[] | undefined;
    let arrivedAt = 0;
    const join = (own: readonly number[], restMs = 0): void =>
      joins.join(async (isCurrent) => {
        // Where two servers answer by turns, each turn is a doubt: not one after the other without a rest.
        if (restMs > 0) await pause(arrivedAt + restMs - performance.now(), leaving.signal);
        arrivedAt = performance.now();
        const given = await arrive(shop, kafka, topic, { partitions: own, isFirst, signal: waiting });
        isFirst = false;
        if (isCurrent() && !leaving.signal.aborted) await begin(consumer, given);
      });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      partitions = payload.memberAssignment[topic] ?? [];
      notes.keepOnly(partitions);
      join(partitions);
    });
    // What it was given stays its own, and is begun anew. A doubt while it arrives is told again if that does not settle it.
    const onDoubt = (): void => {
      if (partitions && joins.current()()) join(partitions, REST_MS);
    };
    heedNoMore = servers.heed({ onDoubt, onAnother: notes.forget });
  }

  try {
    const { consumer, broken } = await readTopic({ kafka, groupId: `${topicPrefix}samtycke-${system}`, topic, sessionTimeoutMs, slice: batch, take, prepare });
    current = consumer;
    const drain = async (limit: AbortSignal): Promise<void> => {
      leaving.abort();
      notes.stop();
      await unlessAborted(limit, Promise.all(inFlight));
      await shop.sender.idle(limit);
      await unlessAborted(limit, notes.note());
    };
    const end = async (): Promise<void> => {
      leaving.abort();
      notes.end();
      heedNoMore();
      await consumer.disconnect().catch(() => undefined);
    };
    return { broken: Promise.race([broken, joins.failed]), drain, end };
  } catch (error) {
    notes.end();
    heedNoMore();
    throw error;
  }
}
