import { sorted } from './lists.js';
import { longerRestriction, type PersonState } from './person.js';
import { laterOf } from './time.js';

/** What was put on a whole person while he was two people merged, and not taken off again. */
export type PutOn = Pick<PersonState, 'restrictedSince' | 'restrictedUntil' | 'suppressed' | 'suppressedChannels' | 'pausedUntil'>;

export const nothingPut: PutOn = { suppressed: false, suppressedChannels: [] };

/** What a member was set to by a step from one state to the next; taken off: nothing. */
export const step = <V>(put: V | undefined, before: V | undefined, after: V | undefined): V | undefined => (before === after ? put : after);

/** A restriction that was prolonged was asked for anew. */
function restrictedBy(put: PutOn, before: PersonState, after: PersonState): Pick<PutOn, 'restrictedSince' | 'restrictedUntil'> {
  const same = before.restrictedSince === after.restrictedSince && before.restrictedUntil === after.restrictedUntil;
  const { restrictedSince, restrictedUntil } = same ? put : after;
  return { restrictedSince, restrictedUntil };
}

/** What is put on after one more step of the merged person's state. */
export function putBy(put: PutOn, before: PersonState, after: PersonState): PutOn {
  const gone = before.suppressedChannels.filter((channel) => !after.suppressedChannels.includes(channel));
  const come = after.suppressedChannels.filter((channel) => !before.suppressedChannels.includes(channel));
  return {
    ...restrictedBy(put, before, after),
    suppressed: step(put.suppressed, before.suppressed, after.suppressed) ?? false,
    suppressedChannels: sorted([...put.suppressedChannels, ...come].filter((channel) => !gone.includes(channel))),
    pausedUntil: step(put.pausedUntil, before.pausedUntil, after.pausedUntil),
  };
}

/** A person with what was put on him: never less than he had. */
export const withPutOn = (person: PersonState, put: PutOn): PersonState => ({
  ...person,
  restrictedSince: laterOf(person.restrictedSince, put.restrictedSince),
  restrictedUntil: longerRestriction(person, put),
  suppressed: person.suppressed || put.suppressed,
  suppressedChannels: sorted([...person.suppressedChannels, ...put.suppressedChannels]),
  pausedUntil: laterOf(person.pausedUntil, put.pausedUntil),
});
