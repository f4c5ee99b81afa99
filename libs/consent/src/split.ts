import type { Stream } from './consent.js';
import { chosenOf } from './effective.js';
import { bringTo } from './move.js';
import { personAfter, restrictionFact, type PersonState } from './person.js';
import type { FactEntry } from './person-facts.js';
import type { PurposeRule } from './purposes.js';
import { nothingPut, withPutOn } from './put-on.js';
import { streamIn, type Whole } from './whole.js';

function back<P extends PurposeRule>(streams: { purpose: P; stream: Stream }[], side: Whole, person: PersonState, causes: string[] | undefined, now: string): FactEntry<P>[] {
  const sorted = [...streams].sort((one, other) => (one.purpose.id < other.purpose.id ? -1 : 1));
  return sorted.flatMap(({ purpose, stream }) => {
    const to = chosenOf(streamIn(side, purpose));
    const drafts = bringTo(purpose, stream, to, person, { type: 'person-split', reason: 'split', causes }, now);
    return drafts.map((draft) => ({ purpose, draft, via: to.via }));
  });
}

/** A choice that stays, under what holds for the person by now. */
const stay = <P extends PurposeRule>(purpose: P, stream: Stream, person: PersonState, causes: string[], now: string): FactEntry<P>[] =>
  bringTo(purpose, stream, chosenOf(stream), person, { type: 'person-split', reason: 'split', causes }, now).map((draft) => ({ purpose, draft }));

/** The first half of a split (rule 15): the part is himself again, with what was his before and since. */
export function reopenPart<P extends PurposeRule>(other: string, side: Whole, person: PersonState, streams: { purpose: P; stream: Stream }[], now: string): FactEntry<P>[] {
  if (person.mergedInto !== other || person.erased) return [];
  const after: PersonState = { ...withPutOn(person, side.person), mergedInto: undefined };
  const entries = back(streams, side, after, undefined, now);
  const { suppressedChannels } = after;
  const fact = { other, role: 'from', ...restrictionFact(after, person, now), ...(suppressedChannels.length > 0 && { suppressedChannels }) };
  return [...entries, { purpose: '~person', draft: { type: 'person-split', occurredAt: now, fact, after: personAfter(after) } }];
}

/** A purpose on which the part has decided anew since he is himself again is his own matter. */
const untouched = ({ recordedAt = '' }: Stream, reopenedAt: string): boolean => recordedAt <= reopenedAt;

/**
 * What came to the merged person in the moment of the split, after the part was reopened at `reopenedAt`: `side` is the part by
 * both histories as they stand now. Nothing where nothing came. `cause`: the event that released the other one.
 */
export function settlePart<P extends PurposeRule>(
  { other, cause, side, reopenedAt }: { other: string; cause: string; side: Whole; reopenedAt: string },
  person: PersonState,
  streams: { purpose: P; stream: Stream }[],
  now: string,
): FactEntry<P>[] {
  if (person.mergedInto !== undefined || person.erased) return [];
  const after = withPutOn(person, side.person);
  const changed = JSON.stringify(withPutOn(person, nothingPut)) !== JSON.stringify(after);
  const open = streams.filter(({ stream }) => changed || untouched(stream, reopenedAt));
  const entries = back(open.filter(({ stream }) => untouched(stream, reopenedAt)), side, after, [cause], now);
  const own = open.filter(({ stream }) => !untouched(stream, reopenedAt)).flatMap(({ purpose, stream }) => stay(purpose, stream, after, [cause], now));
  if (!changed) return entries;
  const { suppressedChannels } = after;
  const fact = { other, role: 'settled', ...restrictionFact(after, person, now), suppressedChannels };
  return [...entries, ...own, { purpose: '~person', draft: { type: 'person-split', causes: [cause], occurredAt: now, fact, after: personAfter(after) } }];
}

/** The second half: the other one without the part. Nothing where he was merged into somebody himself: his id allows nothing. */
export function releasePart<P extends PurposeRule>(
  { other, cause, side }: { other: string; cause: string; side: Whole },
  person: PersonState,
  streams: { purpose: P; stream: Stream }[],
  now: string,
): FactEntry<P>[] {
  if (person.mergedInto !== undefined || person.erased) return [];
  const after: PersonState = { ...side.person, mergedInto: undefined };
  const entries = back(streams, side, after, [cause], now);
  const { suppressedChannels } = after;
  return [...entries, { purpose: '~person', draft: { type: 'person-split', causes: [cause], occurredAt: now, fact: { other, role: 'into', ...restrictionFact(after, person, now), suppressedChannels }, after: personAfter(after) } }];
}
