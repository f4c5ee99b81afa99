import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { emptyStream, evolve, type Stream } from './consent.js';
import { chosenOf } from './effective.js';
import { endedDraft } from './expire.js';
import { underNotices, type Publication } from './notice-change.js';
import { evolvePerson, nobodySpecial, type PersonState } from './person.js';
import type { PurposeRule } from './purposes.js';
import { isOver } from './time.js';
import { stands } from './withdraw.js';

/** A person with all of his streams: the fold of his events. */
export interface Whole {
  person: PersonState;
  streams: Map<string, Stream>;
}

export const emptyWhole = (): Whole => ({ person: nobodySpecial, streams: new Map() });

/** One more of a person's events. */
export function takeUp(whole: Whole, event: LedgerEvent): void {
  if (event.purpose === WHOLE_PERSON) whole.person = evolvePerson(whole.person, event);
  else whole.streams.set(event.purpose, evolve(whole.streams.get(event.purpose) ?? { version: 0, status: 'unknown', allowed: false }, event));
}

/** The fold of a person's events, in order of seq. */
export function foldWhole(events: readonly LedgerEvent[]): Whole {
  const whole = emptyWhole();
  for (const event of events) takeUp(whole, event);
  return whole;
}

export const streamIn = (whole: Whole, purpose: PurposeRule): Stream => whole.streams.get(purpose.id) ?? emptyStream(purpose);

/** A consent that has run out at `now`, or whose text was replaced, is over, though its end was never written for this person. */
function standsAt(recorded: Stream, publications: readonly Publication[], now: string): Stream {
  const stream = underNotices(recorded, publications, now);
  const chosen = chosenOf(stream);
  const { validUntil } = chosen;
  if (stream !== recorded) return { ...stream, via: undefined };
  if (!stands(chosen) || validUntil === undefined || validUntil > now) return stream;
  const { after } = endedDraft(chosen, { status: 'expired', reason: 'expired', occurredAt: validUntil });
  return { ...chosen, ...after, status: 'expired', allowed: false, validUntil: undefined, notice: undefined, via: undefined, chosen: undefined };
}

const personAt = (person: PersonState, now: string): PersonState => (isOver(person.restrictedUntil, now) ? { ...person, restrictedSince: undefined, restrictedUntil: undefined } : person);

/** A person as he stands at `now`: what time has ended meanwhile does not come back. */
export const wholeAt = ({ person, streams }: Whole, publications: readonly Publication[], now: string): Whole => ({
  person: personAt(person, now),
  streams: new Map([...streams].map(([purpose, stream]) => [purpose, standsAt(stream, publications, now)])),
});
