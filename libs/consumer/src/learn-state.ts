import { topicsOf } from '#contracts';
import type { Kafka } from 'kafkajs';
import { findLastEvents, type Extent } from './find-last-events.js';
import { isFollowed } from './learnt.js';
import type { Span } from './log/spans.js';
import { readStateToEnd } from './read-state.js';
import { purposeOf, type RawMessage } from './received.js';
import { AnotherServer } from './servers.js';
import { demandsOf } from './state-demands.js';
import type { Workshop } from './work.js';

/**
 * What of the log need not come any more, since the state says it: all up to the last event before the noted place.
 * Nothing where that cannot be told, because Kafka has no events any more.
 */
function behindUs(events: readonly Extent[], ...found: (number | undefined)[]): Span[] {
  const known = found.filter((index) => index !== undefined);
  const untouched = events.every(({ high }) => high === '0');
  return untouched || known.length > 0 ? [{ from: -1, to: Math.max(-1, ...known) }] : [];
}

/** The state topic lacks what events say that came before: it is being filled, and will be whole later. */
class StateIncomplete extends Error {
  override readonly name = 'StateIncomplete';
}

/** The ledger sends each state before its event: where the last state is older than the last event, some are not there yet. */
const isBehind = (lastEvent: number | undefined, lastState: number | undefined): boolean => lastEvent !== undefined && (lastState ?? -1) < lastEvent;

/**
 * Learns the state without the events: notes where the events end, reads the state topic up to its end, then notes in
 * one transaction that it is informed and goes on from the noted place. A system that has a place already keeps it, and
 * of what it follows already reads nothing: that comes by its events, to their handlers.
 * Repeating it is harmless; the table is to be loaded afterwards. Throws when Kafka or the store fails, when the state topic is not whole, or when it is stopped meanwhile.
 */
export async function learnState(shop: Workshop, kafka: Kafka): Promise<void> {
  const { store, topicPrefix = '', purposes, system, sessionTimeoutMs = 8_000 } = shop.options;
  const { signal } = shop.around;
  const topics = topicsOf(topicPrefix);
  const admin = kafka.admin();
  try {
    await admin.connect();
    const server = await store.transact((session) => session.server());
    const [learnt, kept] = [await store.learnt(), await store.positions(topics.events)];
    const goesOn = learnt !== undefined && kept.size > 0;
    const wanted = (raw: RawMessage): boolean => !goesOn || !isFollowed(learnt, purposeOf(raw));
    const events = await admin.fetchTopicOffsets(topics.events);
    const group = `${topicPrefix}samtycke-${system}-log`;
    const lastEvents = findLastEvents({ kafka, topic: topics.events, group, sessionTimeoutMs, signal }, events);
    const demands = lastEvents.then(({ streams }) => demandsOf(streams));
    // Where nothing lies on the state topic nobody else hears of it.
    demands.catch(() => undefined);
    const reading = { wanted, seen: async (records: readonly RawMessage[]) => (await demands).see(records) };
    const [ofEvents, ofState] = await Promise.all([lastEvents, readStateToEnd({ ...shop, loadsAfterwards: true }, kafka, admin, reading)]);
    signal.throwIfAborted();
    if (isBehind(ofEvents.ofState, ofState) || !(await demands).areMet()) throw new StateIncomplete();
    const places = new Map(kept.size > 0 ? [] : events.map(({ partition, high }): [number, string] => [partition, high]));
    await store.transact(async (session) => {
      if ((await session.server()) !== server) throw new AnotherServer();
      await session.note(topics.events, places, goesOn ? [] : behindUs(events, ofEvents.any, ofState));
      await session.inform(purposes, new Date());
    });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
