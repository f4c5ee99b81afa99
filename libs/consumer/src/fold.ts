import { WHOLE_PERSON } from '#contracts';
import { streamKey, type Known } from './known.js';
import { isNewer, placeOf } from './order.js';
import type { Received, Verdict } from './received.js';

/** What one transaction will write: the last message of each stream that was newly applied. */
export interface Changes {
  verdicts: Verdict[];
  /** Newly applied, in order. */
  applied: Received[];
  streams: Map<string, Received>;
  persons: Map<string, Received>;
  /** Persons whose purposes go, because they were erased in these messages. */
  erased: Set<string>;
  /** What was new of them before that, and goes too. */
  dropped: Map<string, Received>;
  /** Streams whose state is gone for good (tombstones). */
  removed: Map<string, Received>;
}

type Outcome = Extract<Verdict, { message: Received }>['outcome'];

/** The purposes of an erased person go, also those that were only about to be written. */
function forget(person: string, changes: Changes): void {
  changes.erased.add(person);
  for (const [key, message] of changes.streams) {
    if (message.data.person !== person) continue;
    changes.streams.delete(key);
    changes.dropped.set(key, message);
  }
}

function applyPerson(message: Received, known: Known, changes: Changes): Outcome {
  const { person, erased = false } = message.data;
  const place = placeOf(message.data);
  const before = known.persons.get(person) ?? { version: 0, erased: false };
  if (!isNewer(place, before)) return 'repeat';
  const gone = erased || before.erased;
  known.persons.set(person, { ...place, erased: gone });
  changes.persons.set(person, { ...message, data: { ...message.data, erased: gone } });
  if (gone && !before.erased) forget(person, changes);
  return 'applied';
}

function applyRemoval(message: Received, known: Known, changes: Changes): Outcome {
  const key = streamKey(message.data.person, message.data.purpose);
  known.streams.delete(key);
  changes.streams.delete(key);
  changes.removed.set(key, message);
  return 'applied';
}

function applyStream(message: Received, known: Known, changes: Changes): Outcome {
  const { person, purpose } = message.data;
  const place = placeOf(message.data);
  const key = streamKey(person, purpose);
  if (known.persons.get(person)?.erased || !isNewer(place, known.streams.get(key) ?? { version: 0 })) return 'repeat';
  known.streams.set(key, place);
  changes.removed.delete(key);
  changes.streams.set(key, message);
  return 'applied';
}

function decide(message: Received, known: Known, changes: Changes, isMine: (purpose: string) => boolean): Outcome {
  const { purpose } = message.data;
  if (purpose === WHOLE_PERSON) return applyPerson(message, known, changes);
  if (!isMine(purpose)) return 'not-mine';
  return message.removed ? applyRemoval(message, known, changes) : applyStream(message, known, changes);
}

/**
 * When a message that comes again was applied: its own time where it is the last one, else that of a later one; of what an erasure
 * took along, that of the erasure. Undefined where that was in these messages: it is about to be.
 */
function whenApplied({ data: { person, purpose } }: Received, known: Known): Date | undefined {
  const whole = known.persons.get(person);
  return (purpose === WHOLE_PERSON || whole?.erased ? whole : known.streams.get(streamKey(person, purpose)))?.appliedAt;
}

/**
 * Decides message by message, in order, what is new: only what is newer than the known one (`isNewer`) is,
 * and nothing but `~person` is for somebody who was erased. Works on `known` as it goes; touches nothing else.
 */
export function fold(messages: readonly Received[], known: Known, isMine: (purpose: string) => boolean): Changes {
  const changes: Changes = { verdicts: [], applied: [], streams: new Map(), persons: new Map(), erased: new Set(), dropped: new Map(), removed: new Map() };
  for (const message of messages) {
    const outcome = decide(message, known, changes, isMine);
    if (outcome === 'applied') changes.applied.push(message);
    changes.verdicts.push({ message, outcome, ...(outcome === 'repeat' && { appliedAt: whenApplied(message, known) }) });
  }
  return changes;
}
