import type { After, EventType, HolderKind } from '#contracts';
import { valuesOf, type Chosen, type Draft, type Stream } from './consent.js';
import { decideUnder } from './decide-under.js';
import { chosenOf, inEffect } from './effective.js';
import type { Command } from './command.js';
import { heldLists, isSmaller, keepOnly, sorted, type Lists } from './lists.js';
import { decideFact, type FactEntry, type Kept, type PersonFact } from './person-facts.js';
import { personAfter, type PersonState } from './person.js';
import type { PurposeRule } from './purposes.js';
import { later } from './time.js';
import { stands } from './withdraw.js';

/** What systems were told of an event that the ledger has lost: its message, in as far as it counts. */
export interface LostWord extends After {
  type: EventType;
  purpose: string;
  recordedAt: string;
  reason?: string;
  fact?: unknown;
}

export interface AfterLoss {
  actor: Command['actor'];
  holder: HolderKind;
  /** Now. */
  recordedAt: string;
}

interface Standing<P> {
  purpose: P;
  stream: Stream;
}

interface LostFact {
  ground?: string;
  until?: string;
  kept?: Kept[];
  chosen?: Chosen;
  suppressedChannels?: string[];
}

const factOf = (word: LostWord | undefined): LostFact => word?.fact ?? {};

const NO_TYPES: ReadonlySet<EventType> = new Set(['consent-withdrawn', 'consent-refused', 'objection-raised']);
/** What ended with a merge or a split goes on elsewhere: nobody said no. */
const MOVED: ReadonlySet<string | undefined> = new Set(['merged', 'split']);

/** What a word says of what was chosen: under a restriction or a pause that is not what was in force. */
const chosenIn = (word: LostWord): Pick<After, 'allowed' | 'channels' | 'partners'> => factOf(word).chosen ?? word;
const saysNo = ({ type, reason }: LostWord): boolean => NO_TYPES.has(type) && !MOVED.has(reason);
/** Whether a word takes something away: of somebody who goes on in another one since, nothing else counts there. */
export const takesBack = (word: LostWord): boolean => (word.purpose.startsWith('~') ? word.type === 'processing-restricted' || word.type === 'preferences-changed' : saysNo(word));
const endsAll = (word: LostWord): boolean => saysNo(word) && chosenIn(word).allowed !== true;

/** What is left of lists by every "no" to a part of them. */
function leftBy(words: readonly LostWord[], held: Lists): Lists {
  return words.filter(saysNo).reduce<Lists>((left, word) => {
    const { channels = left.channels, partners = left.partners } = chosenIn(word);
    return keepOnly(left, { channels, partners });
  }, held);
}

const goneOf = (held: string[] | undefined, left: string[] | undefined): string[] | undefined => held?.filter((one) => !left?.includes(one));

/** When the person last said yes, or asked to: what he said before counts no more. Undefined where he has not, or says no. */
function yesAt(stream: Stream): string | undefined {
  const { status, allowed, givenAt, since, open } = chosenOf(stream);
  if (status === 'requested') return open?.at;
  return allowed || status === 'given' || status === 'renewed' ? (givenAt ?? since) : undefined;
}

/** What of the consent, or of the use that was not objected to, goes by these words: all where lists are absent; undefined: nothing. */
function withdrawalFor(words: readonly LostWord[], stream: Stream, purpose: PurposeRule): Lists | undefined {
  if (words.some(endsAll)) return {};
  const chosen = chosenOf(stream);
  if (!stands(chosen)) return undefined;
  const held = heldLists(chosen, purpose);
  const left = leftBy(words, held);
  return isSmaller(left, held) ? { channels: goneOf(held.channels, left.channels), partners: goneOf(held.partners, left.partners) } : undefined;
}

/** The wishes of what stands, with the pause of the last word where that ends later. */
function pausedAs(last: LostWord | undefined, { preferences }: Stream, now: string): After['preferences'] {
  const until = (factOf(last).chosen?.preferences ?? last?.preferences)?.pausedUntil ?? '';
  return until > later(now, preferences?.pausedUntil ?? '') ? { ...preferences, pausedUntil: until } : preferences;
}

/** Of the channels to be used those that the last word leaves. */
function preferredAs(last: LostWord | undefined, { preferred, channels }: Stream): string[] | undefined {
  const wished = factOf(last).chosen?.preferred;
  return wished ? (preferred ?? channels)?.filter((one) => wished.includes(one)) : preferred;
}

/** What stands, said anew, with what was wished of it: whoever was told something else learns it by this. */
function saidAnew(words: readonly LostWord[], stream: Stream, purpose: PurposeRule, person: PersonState, now: string): Draft {
  const chosen = chosenOf(stream);
  const last = words.at(-1);
  const after = { ...valuesOf(chosen), preferences: pausedAs(last, chosen, now) };
  const draft: Draft = { type: 'preferences-changed', occurredAt: now, after, preferred: preferredAs(last, chosen) };
  return inEffect(draft, purpose, chosen, person, now);
}

function draftsFor(words: readonly LostWord[], { purpose, stream }: Standing<PurposeRule>, person: PersonState, { actor, holder, recordedAt }: AfterLoss): Draft[] {
  const since = yesAt(stream);
  const gone = withdrawalFor(words.filter((word) => since === undefined || since <= word.recordedAt), stream, purpose);
  const command: Command | undefined = gone && { decision: 'withdraw', reason: 'operator', holder, actor, recordedAt, ...gone };
  const outcome = command && decideUnder(command, stream, purpose, person);
  if (outcome?.kind === 'done' && !outcome.late) return outcome.drafts;
  const isKnown = words.every((word) => word.recordedAt < (stream.recordedAt ?? ''));
  return isKnown ? [] : [saidAnew(words, stream, purpose, person, recordedAt)];
}

/**
 * What the ledger says of purposes of which it has told systems something that it has lost. A "no" among it is said again, to a part or to all,
 * but where the person said yes since; where nothing is to be taken what stands is said anew, so that a yes that was lost is acted on no longer.
 * Of the lost words nothing becomes a yes: their evidence is gone. Empty where systems know what was recorded since, and for somebody who was erased or merged.
 */
export function decideLost<P extends PurposeRule>(words: readonly LostWord[], person: PersonState, streams: readonly Standing<P>[], after: AfterLoss): FactEntry<P>[] {
  if (person.erased || person.mergedInto !== undefined) return [];
  return streams.flatMap((one) => {
    const own = words.filter(({ purpose }) => purpose === one.purpose.id);
    return draftsFor(own, one, person, after).map((draft) => ({ purpose: one.purpose, draft }));
  });
}

function erasureAgain(words: readonly LostWord[]): PersonFact | undefined {
  const erasure = words.find(({ erased }) => erased);
  if (!erasure) return undefined;
  const { ground = 'eu-gdpr:A17-1-b', kept = [] } = factOf(erasure);
  return { kind: 'erase', reason: erasure.reason === 'retention' ? 'retention' : 'erased', ground, kept };
}

/** A fact about a whole person that began among the lost words, and nothing since has ended. */
interface Begun {
  words: readonly LostWord[];
  person: PersonState;
  /** Types of what was recorded of the whole person since. */
  since: ReadonlySet<EventType>;
  now: string;
}

const lastOf = (words: readonly LostWord[], ...types: EventType[]): LostWord | undefined => words.filter(({ type }) => types.includes(type)).at(-1);

function restrictionAgain({ words, person, since, now }: Begun): PersonFact | undefined {
  const said = lastOf(words, 'processing-restricted', 'restriction-lifted');
  if (said?.type !== 'processing-restricted' || since.has('restriction-lifted') || person.restrictedSince !== undefined) return undefined;
  const { ground = 'eu-gdpr:A18-1-a', until } = factOf(said);
  return until !== undefined && until <= now ? undefined : { kind: 'restrict', ground, until };
}

function suppressionAgain(said: LostWord, person: PersonState): PersonFact | undefined {
  if (person.suppressed) return undefined;
  if (said.suppressed) return { kind: 'suppress' };
  const channels = sorted([...person.suppressedChannels, ...(factOf(said).suppressedChannels ?? [])]);
  return channels.length > person.suppressedChannels.length ? { kind: 'set-suppressed-channels', channels } : undefined;
}

/** A suppression, or a pause. */
function silenceAgain({ words, person, since, now }: Begun): PersonFact | undefined {
  const said = lastOf(words, 'preferences-changed');
  if (!said || since.has('preferences-changed')) return undefined;
  const until = said.pausedUntil ?? '';
  return suppressionAgain(said, person) ?? (until > later(now, person.pausedUntil ?? '') ? { kind: 'pause', until } : undefined);
}

/**
 * The same for what was said of the whole person: what of it is to be carried out again first, an erasure, a restriction, a suppression or a
 * pause; to be asked again once that is written. Empty when all is done, and of somebody who was erased or merged. A merge or a split is not made again.
 */
export function decideLostWhole<P extends PurposeRule>(words: readonly LostWord[], person: PersonState, streams: Standing<P>[], { now, since }: Pick<Begun, 'now' | 'since'>): FactEntry<P>[] {
  if (person.erased || person.mergedInto !== undefined) return [];
  const begun = { words, person, since, now };
  const fact = erasureAgain(words) ?? restrictionAgain(begun) ?? silenceAgain(begun);
  return fact ? decideFact(fact, person, streams, now) : [];
}

/** What holds of the whole person, said anew. */
export function sayWholeAnew(person: PersonState, now: string): FactEntry<never>[] {
  if (person.erased || person.mergedInto !== undefined) return [];
  return [{ purpose: '~person', draft: { type: 'preferences-changed', occurredAt: now, fact: { suppressedChannels: person.suppressedChannels }, after: personAfter(person) } }];
}
