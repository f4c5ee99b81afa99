import { valuesOf, type Stream } from './consent.js';
import { chosenOf } from './effective.js';
import { laterThan, latestNo, type LastNo } from './last-no.js';
import { emptyLists, heldLists, keepOnly, somethingLeft } from './lists.js';
import { bringTo } from './move.js';
import type { FactEntry } from './person-facts.js';
import { longerRestriction, personAfter, restrictionFact, type PersonState } from './person.js';
import type { PurposeRule } from './purposes.js';
import { laterOf } from './time.js';
import { streamIn, type Whole } from './whole.js';
import { longerPaused, ownPause, usedByBoth } from './wishes.js';
import { lastNoOf, saysNo, stands } from './withdraw.js';

type Held<P> = { purpose: P; stream: Stream }[];

const byId = <P extends PurposeRule>(streams: Held<P>): Held<P> => [...streams].sort((one, other) => (one.purpose.id < other.purpose.id ? -1 : 1));

/** What is left of a person's purposes when he becomes a part of somebody else: nothing is allowed under his own id. */
function closed(purpose: PurposeRule, chosen: Stream): Stream {
  const given = stands(chosen) || chosen.status === 'requested';
  return { ...chosen, status: given ? 'withdrawn' : chosen.status, allowed: false, ...emptyLists(purpose), validUntil: undefined };
}

/**
 * The first half of a merge (rule 15): the person's permissions end, reason `merged`, and `~person`, last, names the one he
 * was merged into. Nothing where he was merged or erased before.
 */
export function closeMerged<P extends PurposeRule>(other: string, person: PersonState, streams: Held<P>, now: string): FactEntry<P>[] {
  if (person.mergedInto !== undefined || person.erased) return [];
  const after: PersonState = { ...person, mergedInto: other };
  const entries = byId(streams).flatMap(({ purpose, stream }): FactEntry<P>[] => {
    const chosen = chosenOf(stream);
    const drafts = bringTo(purpose, stream, closed(purpose, chosen), person, { type: 'person-merged', reason: 'merged' }, now);
    return drafts.map((draft) => ({ purpose, draft }));
  });
  return [...entries, { purpose: '~person', draft: { type: 'person-merged', occurredAt: now, fact: { other, role: 'from' }, after: personAfter(after) } }];
}

/** Of two consents that stand, what both allow, on the channels that both use. */
function narrower(purpose: PurposeRule, own: Stream, from: Stream): Stream {
  const [one, other] = [heldLists(own, purpose), heldLists(from, purpose)];
  const lists = keepOnly(one, other);
  if (!somethingLeft(lists)) return closed(purpose, own);
  return { ...own, ...lists, preferred: usedByBoth(lists.channels, { ...own, ...one }, { ...from, ...other }) };
}

/** Whether the own "no" is the more protective one: an objection that stands beats one that was overridden. */
const prevails = (own: Stream, from: Stream): boolean => saysNo(own) && !(own.allowed && saysNo(from) && !from.allowed);

/** The more protective of two choices, which adds nothing that either said a later "no" to, and is paused as long as either. */
export function mergedChoice(purpose: PurposeRule, own: Stream, from: Stream, now: string): Stream {
  const pausedUntil = laterOf(ownPause(own, now), ownPause(from, now));
  const to = { ...longerPaused(moreProtective(purpose, own, from, now), pausedUntil), lastNo: undefined };
  const said = (one: Stream): LastNo | undefined => latestNo(lastNoOf(one), leftOut(purpose, one));
  return { ...to, lastNo: laterThan(latestNo(said(own), said(from)), said(to)) };
}

/** Lists of a consent are complete: what they leave out was said no to with it. */
function leftOut(purpose: PurposeRule, stream: Stream): LastNo | undefined {
  const { since: at, channels = [] } = stream;
  const leavesOut = purpose.partners === true || channels.length < (purpose.channels?.length ?? 0);
  return stands(stream) && leavesOut && at !== undefined ? { at, until: at } : undefined;
}

/** One that says nothing is no conflict (rule 15). */
function moreProtective(purpose: PurposeRule, own: Stream, from: Stream, now: string): Stream {
  const lives = from.validUntil === undefined || from.validUntil > now;
  if (prevails(own, from)) return own;
  if (saysNo(from)) return { ...own, ...valuesOf(from), ...(stands(own) || from.status === 'requested' ? { status: 'withdrawn' as const } : {}), allowed: false, validUntil: undefined };
  if (!stands(from) || !lives) return own;
  return stands(own) ? narrower(purpose, own, from) : { ...own, ...valuesOf(from), givenAt: from.givenAt, via: from.via, preferred: from.preferred };
}

/** Of what holds over all purposes of two people, the more protective. */
export const mergedPeople = (own: PersonState, from: PersonState, now: string): PersonState => ({
  ...own,
  restrictedSince: own.restrictedSince === undefined ? from.restrictedSince && now : laterOf(own.restrictedSince, from.restrictedSince),
  restrictedUntil: longerRestriction(own, from),
  suppressed: own.suppressed || from.suppressed,
  suppressedChannels: [...new Set([...own.suppressedChannels, ...from.suppressedChannels])].sort(),
  pausedUntil: laterOf(own.pausedUntil, from.pausedUntil),
});

function taken<P extends PurposeRule>(purpose: P, stream: Stream, from: Whole, person: PersonState, cause: string, now: string): FactEntry<P>[] {
  const to = mergedChoice(purpose, chosenOf(stream), chosenOf(streamIn(from, purpose)), now);
  const drafts = bringTo(purpose, stream, to, person, { type: 'person-merged', reason: 'merged', causes: [cause] }, now);
  return drafts.map((draft) => ({ purpose, draft, via: to.via }));
}

/**
 * The second half: what a merged person's final state `from` (before the merge) means for the one who takes him in. `cause` is
 * his `person-merged` event.
 */
export function takeMerged<P extends PurposeRule>(
  { other, cause, from }: { other: string; cause: string; from: Whole },
  person: PersonState,
  streams: Held<P>,
  now: string,
): FactEntry<P>[] {
  if (person.erased) return [];
  const after = mergedPeople(person, from.person, now);
  const entries = byId(streams).flatMap(({ purpose, stream }) => taken(purpose, stream, from, after, cause, now));
  const { suppressedChannels } = after;
  const fact = { other, role: 'into', ...restrictionFact(after, person, now), ...(suppressedChannels.length > 0 && { suppressedChannels }) };
  return [...entries, { purpose: '~person', draft: { type: 'person-merged', causes: [cause], occurredAt: now, fact, after: personAfter(after) } }];
}
