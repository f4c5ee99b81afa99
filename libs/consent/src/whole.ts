import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { emptyStream, evolve, type Stream } from './consent.js';
import { evolvePerson, nobodySpecial, type PersonState } from './person.js';
import type { PurposeRule } from './purposes.js';

/** A person with all of his streams: the fold of his events. */
export interface Whole {
  person: PersonState;
  streams: Map<string, Stream>;
}

/** The fold of a person's events, in order of seq. */
export function foldWhole(events: readonly LedgerEvent[]): Whole {
  const whole: Whole = { person: nobodySpecial, streams: new Map() };
  for (const event of events) {
    if (event.purpose === WHOLE_PERSON) whole.person = evolvePerson(whole.person, event);
    else whole.streams.set(event.purpose, evolve(whole.streams.get(event.purpose) ?? { version: 0, status: 'unknown', allowed: false }, event));
  }
  return whole;
}

export const streamIn = (whole: Whole, purpose: PurposeRule): Stream => whole.streams.get(purpose.id) ?? emptyStream(purpose);
