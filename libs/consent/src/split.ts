import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { evolve, type Chosen, type Stream } from './consent.js';
import { chosenOf } from './effective.js';
import { bringTo } from './move.js';
import { evolvePerson, nobodySpecial, personAfter, type PersonState } from './person.js';
import type { FactEntry } from './person-facts.js';
import type { PurposeRule } from './purposes.js';
import { nothingPut, putBy, withPutOn, type PutOn } from './put-on.js';
import { foldWhole, streamIn, type Whole } from './whole.js';
import { stands } from './withdraw.js';

/** The histories that a split goes by: all events of both people in order of seq, and the ids of the part's identifiers. */
export interface MergedHistories {
  part: readonly LedgerEvent[];
  whole: readonly LedgerEvent[];
  identifiers: ReadonlySet<string>;
}

const TAKES_AWAY = new Set(['consent-withdrawn', 'consent-refused', 'objection-raised']);

/** Events that say what is chosen; of the others `after` is what the merged person had, which need not be either's own. */
const CHOOSES = new Set(['consent-granted', 'objection-lifted', 'request-opened', 'request-closed']);

interface Sides {
  part: Whole;
  whole: Whole;
}

/** Both people as they were before the merge, each with what was decided since that is his. */
export function sidesOf({ part, whole, identifiers }: MergedHistories): Sides | undefined {
  const merge = part.findLast((event) => event.purpose === WHOLE_PERSON && event.type === 'person-merged' && event.fact?.role === 'from');
  const began = part.find((event) => event.request === merge?.request);
  const taken = whole.find((event) => event.request === merge?.event);
  if (!merge || !began) return undefined;
  const sides: Sides = { part: foldWhole(part.filter(({ seq }) => seq < began.seq)), whole: foldWhole(whole.filter(({ seq }) => seq < (taken?.seq ?? Infinity))) };
  const since = whole.filter(({ seq, request }) => taken !== undefined && seq > taken.seq && request !== merge.event);
  for (const event of since) sort(event, identifiers, sides);
  sides.part.person = withPutOn(sides.part.person, putSince(whole, since[0]?.seq ?? Infinity));
  return sides;
}

/** Who is a part of a person by his own events: merged into him, and not released since. */
export function partsOf(whole: readonly LedgerEvent[]): string[] {
  const parts = new Set<string>();
  for (const { purpose, type, fact } of whole) {
    const { other, role } = (fact ?? {}) as { other?: string; role?: string };
    if (purpose !== WHOLE_PERSON || role !== 'into' || other === undefined) continue;
    if (type === 'person-merged') parts.add(other);
    if (type === 'person-split') parts.delete(other);
  }
  return [...parts];
}

/** What was put on the merged person since an event: like a "no" it holds for both. */
function putSince(whole: readonly LedgerEvent[], seq: number): PutOn {
  let put = nothingPut;
  let state = nobodySpecial;
  for (const event of whole.filter(({ purpose }) => purpose === WHOLE_PERSON)) {
    const after = evolvePerson(state, event);
    if (event.seq >= seq) put = putBy(put, state, after);
    state = after;
  }
  return put;
}

const within = (own: string[] | undefined, left: string[] | undefined): string[] | undefined => own?.filter((one) => left?.includes(one) ?? true);

/** What a "no" leaves of a side's own choice: never more than the side had itself. */
function narrowed(own: Stream | undefined, event: LedgerEvent): Stream | undefined {
  const left = { ...event.after, ...(event.fact as { chosen?: Chosen } | undefined)?.chosen };
  if (!left.allowed) return evolve(own ?? { version: 0, status: 'unknown', allowed: false }, event);
  if (!own || !stands(own)) return own;
  const lists = { channels: within(own.channels, left.channels), partners: within(own.partners, left.partners) };
  const something = lists.channels?.length !== 0 && lists.partners?.length !== 0;
  return { ...own, ...lists, chosen: undefined, ...(!something && { status: 'withdrawn' as const, allowed: false }) };
}

const nothingIn = (preferences: Stream['preferences']): boolean => preferences === undefined || Object.keys(preferences).length === 0;

/** A wish changes how a choice is used, never whose it is: restrictions and suppressions are the person's, and left out here. */
function wished(own: Stream, { fact, after = {} }: LedgerEvent): Stream {
  const { preferences = after.preferences, preferred } = (fact as { chosen?: Chosen } | undefined)?.chosen ?? {};
  return { ...chosenOf(own), preferences: nothingIn(preferences) ? undefined : preferences, preferred, chosen: undefined };
}

/** Whose a later event is: of him by whose identifier it came; the closing of a request of him who asked. */
function ownerOf({ type, viaId, purpose, causes = [] }: LedgerEvent, identifiers: ReadonlySet<string>, { part, whole }: Sides): Whole {
  const asked = part.streams.get(purpose)?.open?.event;
  if (type === 'request-closed' && asked !== undefined) return causes.includes(asked) ? part : whole;
  return viaId !== undefined && identifiers.has(viaId) ? part : whole;
}

/** A later event belongs to one of both; a "no" belongs to both, and takes from each what he had. */
function sort(event: LedgerEvent, identifiers: ReadonlySet<string>, sides: Sides): void {
  if (event.purpose === WHOLE_PERSON) sides.whole.person = evolvePerson(sides.whole.person, event);
  if (event.purpose.startsWith('~')) return;
  const { purpose, type } = event;
  if (TAKES_AWAY.has(type)) {
    for (const { streams } of [sides.part, sides.whole]) {
      const left = narrowed(streams.get(purpose), event);
      if (left) streams.set(purpose, left);
    }
    return;
  }
  const { streams } = ownerOf(event, identifiers, sides);
  const own = streams.get(purpose);
  if (CHOOSES.has(type)) streams.set(purpose, evolve(own ?? { version: 0, status: 'unknown', allowed: false }, event));
  else if (type === 'preferences-changed' && own) streams.set(purpose, wished(own, event));
}

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
  const fact = { other, role: 'from', ...(suppressedChannels.length > 0 && { suppressedChannels }) };
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
  const fact = { other, role: 'settled', suppressedChannels };
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
  return [...entries, { purpose: '~person', draft: { type: 'person-split', causes: [cause], occurredAt: now, fact: { other, role: 'into', suppressedChannels }, after: personAfter(after) } }];
}
