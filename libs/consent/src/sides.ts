import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { emptyStream, evolve, type Chosen, type Stream } from './consent.js';
import { chosenOf } from './effective.js';
import { latestNo, noIn, type LastNo } from './last-no.js';
import { mergedChoice, mergedPeople } from './merge.js';
import { bringsNo, sameChoice } from './move.js';
import type { PersonState } from './person.js';
import type { PurposeRule } from './purposes.js';
import { nothingPut, putBy, step, withPutOn, type PutOn } from './put-on.js';
import { beforeMerge, familyOf, identifiersOf, readTurns, type Relatives, type Turn } from './turns.js';
import { emptyWhole, takeUp, type Whole } from './whole.js';
import { lastNoOf, saysNo, stands } from './withdraw.js';
import { longerPaused, wishedAs, withPause } from './wishes.js';

/** The histories that a split goes by: all events of both people in order of seq, and whoever was ever a part of either, with the part himself. */
export interface MergedHistories {
  part: readonly LedgerEvent[];
  whole: readonly LedgerEvent[];
  relatives: Relatives;
  purposes: readonly PurposeRule[];
}

const TAKES_AWAY = new Set(['consent-withdrawn', 'consent-refused', 'objection-raised']);

/** A "no" that took something, or nothing in its time. */
const saysNoIn = (event: LedgerEvent): boolean => TAKES_AWAY.has(event.type) || (event.type === 'decision-recorded' && noIn(event) !== undefined);

/** Events that say what is chosen; of the others `after` is what the merged person had, which need not be either's own. */
const CHOOSES = new Set(['consent-granted', 'objection-lifted', 'request-opened', 'request-closed']);

export interface Sides {
  part: Whole;
  whole: Whole;
}

/** Both sides while the history of the merged person is read. */
interface Reading extends Sides {
  purposes: readonly PurposeRule[];
  /** The identifiers of the part and of his own parts; those of people who have left since, whose word is nobody's here. */
  own: ReadonlySet<string>;
  away: Set<string>;
  /** When the part became one with him; whether that was by now, and what was put on the merged person from then on. */
  since: string;
  joined: boolean;
  put: PutOn;
  /** The end of the pause of each purpose that was begun or ended for the merged person from then on. */
  pauses: Map<string, string | undefined>;
  /** Whether somebody was merged into him at all by now. */
  mixed: boolean;
  /** The merged person by all of his events; and as he was before he was a part of somebody else for a while. */
  all: Whole;
  closed?: Whole;
  /** The request whose meaning was taken up last. */
  request?: string;
}

/** Both people as they were before the merge, each with what was decided since that is his. Whoever else is a part of one stays with him. */
export function sidesOf({ part, whole, relatives, purposes }: MergedHistories): Sides | undefined {
  const merge = part.findLast((event) => event.purpose === WHOLE_PERSON && event.type === 'person-merged' && event.fact?.role === 'from');
  if (!merge) return undefined;
  const turns = readTurns(whole, merge, relatives);
  const own = identifiersOf(familyOf(merge.person, relatives), relatives);
  const reading: Reading = { since: merge.recordedAt, part: beforeMerge(part, merge), whole: emptyWhole(), purposes, own, away: new Set(), joined: false, mixed: false, put: nothingPut, pauses: new Map(), all: emptyWhole() };
  for (const event of whole) read(event, turns.get(event.request), reading);
  reading.part.person = withPutOn(reading.part.person, reading.put);
  for (const [purpose, until] of reading.pauses) reading.part.streams.set(purpose, longerPaused(ownIn(reading.part, purpose, reading), until));
  return { part: reading.part, whole: reading.whole };
}

const sidesIn = ({ joined, part, whole }: Reading): Whole[] => (joined ? [part, whole] : [whole]);

/** One more event of the merged person. As long as nobody was taken in it is his own. */
function read(event: LedgerEvent, turn: Turn | undefined, reading: Reading): void {
  const { person, streams } = reading.all;
  const was = streams.get(event.purpose) ?? unsaidYet;
  if (event.recordedAt > reading.since) reading.joined = true;
  if (turn) begin(turn, event, reading);
  takeUp(reading.all, event);
  if (turn) comeBack(turn, event, person, reading);
  else if (!reading.mixed && !reading.joined) takeUp(reading.whole, event);
  else if (event.purpose === WHOLE_PERSON) putOn(person, reading);
  else sort(event, was, reading);
}

const copyOf = ({ person, streams }: Whole): Whole => ({ person, streams: new Map(streams) });

function begin(turn: Turn, { request, recordedAt }: LedgerEvent, reading: Reading): void {
  if (request === reading.request) return;
  reading.request = request;
  reading.mixed = true;
  switch (turn.kind) {
    case 'part':
      reading.joined = true;
      return;
    case 'guest':
      for (const id of turn.identifiers) reading.away.add(id);
      return;
    case 'released':
      for (const id of turn.identifiers) reading.away.delete(id);
      return;
    case 'stays':
      return takeIn(turn.ofPart ? reading.part : reading.whole, turn.from, reading.purposes, recordedAt);
    default:
      reading.closed ??= copyOf(reading.all);
  }
}

/** What was chosen, and nothing that stands above it. */
const choiceIn = (stream: Stream): Stream => ({ ...chosenOf(stream), chosen: undefined });

/** Somebody who was merged into one of both, and is still a part of him. */
function takeIn(side: Whole, from: Whole, purposes: readonly PurposeRule[], now: string): void {
  side.person = mergedPeople(side.person, from.person, now);
  for (const purpose of purposes) {
    const theirs = from.streams.get(purpose.id);
    if (theirs) side.streams.set(purpose.id, mergedChoice(purpose, choiceIn(side.streams.get(purpose.id) ?? emptyStream(purpose)), choiceIn(theirs), now));
  }
}

const unsaidYet: Stream = { version: 0, status: 'unknown', allowed: false };

const within = (own: string[] | undefined, left: string[] | undefined): string[] | undefined => own?.filter((one) => left?.includes(one) ?? true);

/** What is left of an own choice: never more than it was, and no yes of before what took from it adds anything. */
function keepOf(own: Stream, lists: Pick<Stream, 'channels' | 'partners'>, no: LastNo | undefined): Stream {
  const something = lists.channels?.length !== 0 && lists.partners?.length !== 0;
  return { ...own, ...lists, lastNo: latestNo(own.lastNo, no), chosen: undefined, ...(!something && { status: 'withdrawn' as const, allowed: false }) };
}

const chosenIn = ({ fact }: LedgerEvent): Chosen | undefined => (fact as { chosen?: Chosen } | undefined)?.chosen;

/** The "no" in an event that left something standing. */
const leavingNo = (event: LedgerEvent): LastNo => noIn(event) ?? { at: event.occurredAt, until: event.occurredAt };

/** A side that has heard a "no" which took nothing from it. */
const told = (own: Stream, event: LedgerEvent): Stream => ({ ...own, lastNo: latestNo(own.lastNo, leavingNo(event)) });

/** What a "no" leaves of a side's own choice: never more than the side had itself. */
function narrowed(own: Stream | undefined, event: LedgerEvent): Stream | undefined {
  const left = { ...event.after, ...chosenIn(event) };
  if (event.type === 'decision-recorded') return told(own ?? unsaidYet, event);
  if (!left.allowed) return decided(own, event);
  if (!own || !stands(chosenOf(own))) return told(own ?? unsaidYet, event);
  const { channels, partners } = chosenOf(own);
  return keepOf(chosenOf(own), { channels: within(channels, left.channels), partners: within(partners, left.partners) }, leavingNo(event));
}

/** What a side has chosen of a purpose; where it has said nothing, what the catalogue says. */
function ownIn({ streams }: Whole, purpose: string, { purposes }: Reading): Stream {
  const rule = purposes.find(({ id }) => id === purpose);
  return choiceIn(streams.get(purpose) ?? (rule ? emptyStream(rule) : unsaidYet));
}

/**
 * A wish changes how a choice is used, never whose it is: restrictions and suppressions are the person's, and left out here. It is
 * `owner`'s, but a pause is put on both, like one of the whole person.
 */
function wish(purpose: string, was: Stream, is: Stream, owner: Whole | undefined, reading: Reading): void {
  owner?.streams.set(purpose, wishedAs(ownIn(owner, purpose, reading), was, is));
  const [before, after] = [was.preferences?.pausedUntil, is.preferences?.pausedUntil];
  if (before === after) return;
  const own = ownIn(reading.whole, purpose, reading);
  reading.whole.streams.set(purpose, { ...own, preferences: withPause(own.preferences, after) });
  if (reading.joined) reading.pauses.set(purpose, step(reading.pauses.get(purpose), before, after));
}

/** A side by a decision that is his, which says the merged person's wishes: each keeps his own. */
const decided = (own: Stream = unsaidYet, event: LedgerEvent): Stream => ({ ...choiceIn(evolve(own, event)), preferences: chosenOf(own).preferences });

/** Whose word came by an identifier: nobody's, where it is of somebody who has left since. */
function speakerOf(viaId: string | undefined, { joined, own, away, part, whole }: Reading): Whole | undefined {
  if (viaId !== undefined && joined && own.has(viaId)) return part;
  return viaId !== undefined && away.has(viaId) ? undefined : whole;
}

/** Whose a later event is: of him by whose identifier it came; the closing of a request of him who asked. */
function ownerOf({ type, viaId, purpose, causes = [] }: LedgerEvent, reading: Reading): Whole | undefined {
  const { joined, part, whole } = reading;
  const asked = part.streams.get(purpose)?.open?.event;
  if (joined && type === 'request-closed' && asked !== undefined) return causes.includes(asked) ? part : whole;
  return speakerOf(viaId, reading);
}

/** What an event changed for the merged person as a whole: what it left as it was is not his who has not asked for it. */
function putOn(before: PersonState, reading: Reading): void {
  const after = reading.all.person;
  reading.whole.person = { ...reading.whole.person, ...putBy(reading.whole.person, before, after) };
  if (reading.joined) reading.put = putBy(reading.put, before, after);
}

/** A later event belongs to one of both; a "no" belongs to both, and takes from each what he had. */
function sort(event: LedgerEvent, was: Stream, reading: Reading): void {
  const { purpose, type } = event;
  if (saysNoIn(event)) return takeAway(event, reading);
  if (type === 'person-split') return broughtBack(purpose, was, reading.all.streams.get(purpose) ?? was, reading);
  const owner = ownerOf(event, reading);
  if (CHOOSES.has(type)) owner?.streams.set(purpose, decided(owner.streams.get(purpose), event));
  else if (type === 'preferences-changed') wish(purpose, choiceIn(was), choiceIn(reading.all.streams.get(purpose) ?? was), owner, reading);
}

function takeAway(event: LedgerEvent, reading: Reading): void {
  for (const { streams } of sidesIn(reading)) {
    const left = narrowed(streams.get(event.purpose), event);
    if (left) streams.set(event.purpose, left);
  }
}

/** The merged person was a part of somebody else for a while: what he came back with, over what he had before, was decided there. */
function comeBack({ kind }: Turn, { purpose }: LedgerEvent, before: PersonState, reading: Reading): void {
  if (kind !== 'reopened' || purpose !== WHOLE_PERSON) return;
  const { closed = emptyWhole(), all } = reading;
  putOn(before, reading);
  for (const [id, stream] of all.streams) broughtBack(id, closed.streams.get(id) ?? unsaidYet, stream, reading);
  reading.closed = undefined;
}

const over = ({ status, allowed }: Stream): boolean => !allowed && status !== 'unknown' && status !== 'requested';

function broughtBack(purpose: string, before: Stream, after: Stream, reading: Reading): void {
  const [was, is] = [choiceIn(before), choiceIn(after)];
  const owner = over(is) ? undefined : speakerOf(is.via?.id, reading);
  const isSame = sameChoice(was, is);
  if (!isSame || bringsNo(was, is)) {
    for (const side of sidesIn(reading)) {
      const own = choiceIn(side.streams.get(purpose) ?? unsaidYet);
      const left = isSame ? withNoOf(own, is) : side === owner ? is : leftBy(own, was, is);
      side.streams.set(purpose, { ...left, preferences: own.preferences });
    }
  }
  wish(purpose, { ...was, preferred: within(was.preferred, is.channels) }, is, owner, reading);
}

const withNoOf = (own: Stream, is: Stream): Stream => ({ ...own, lastNo: latestNo(own.lastNo, lastNoOf(is)) });

/** What a choice that became another one leaves of a side's own: as little as it would have left of the same choice. */
function leftBy(own: Stream, was: Stream, is: Stream): Stream {
  if (over(is)) return saysNo(is) || stands(own) ? is : own;
  if (!stands(own) || !stands(was)) return withNoOf(own, is);
  return keepOf(own, { channels: lessBy(own.channels, was.channels, is.channels), partners: lessBy(own.partners, was.partners, is.partners) }, lastNoOf(is));
}

/** A list without what another one has lost. */
const lessBy = (own: string[] | undefined, was: string[] = [], is: string[] = []): string[] | undefined => own?.filter((one) => is.includes(one) || !was.includes(one));
