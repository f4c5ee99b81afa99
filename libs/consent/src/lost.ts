import type { After, EventType, HolderKind } from '#contracts';
import { valuesOf, type Draft, type Stream } from './consent.js';
import { decideUnder } from './decide-under.js';
import { chosenOf, inEffect } from './effective.js';
import type { Command } from './command.js';
import { isSmaller, keepOnly, listsOf, type Lists } from './lists.js';
import { decideFact, type FactEntry, type Kept, type PersonFact } from './person-facts.js';
import { personAfter, type PersonState } from './person.js';
import type { PurposeRule } from './purposes.js';
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

const NO_TYPES: ReadonlySet<EventType> = new Set(['consent-withdrawn', 'consent-refused', 'objection-raised']);
const endsAll = ({ type, allowed }: LostWord): boolean => NO_TYPES.has(type) && allowed !== true;

/** What every one of these words leaves of lists: a word that speaks of none leaves them. */
function leftBy(words: readonly LostWord[], held: Lists): Lists {
  return words.filter(({ allowed }) => allowed === true).reduce<Lists>((left, { channels = left.channels, partners = left.partners }) => keepOnly(left, { channels, partners }), held);
}

const goneOf = (held: string[] | undefined, left: string[] | undefined): string[] | undefined => held?.filter((one) => !left?.includes(one));

/** What of the consent, or of the use that was not objected to, goes by these words; undefined: nothing. */
function withdrawalFor(words: readonly LostWord[], stream: Stream, purpose: PurposeRule): Lists | undefined {
  const chosen = chosenOf(stream);
  if (!stands(chosen) && !(purpose.choice === 'object-lift' && chosen.allowed)) return undefined;
  if (words.some(endsAll)) return {};
  const held = listsOf(chosen, purpose);
  const left = leftBy(words, held);
  return isSmaller(left, held) ? { channels: goneOf(held.channels, left.channels), partners: goneOf(held.partners, left.partners) } : undefined;
}

/** What stands, said anew: whoever was told something else learns it by this. */
function saidAnew(stream: Stream, purpose: PurposeRule, person: PersonState, now: string): Draft {
  const chosen = chosenOf(stream);
  const draft: Draft = { type: 'preferences-changed', occurredAt: now, after: valuesOf(chosen), preferred: chosen.preferred };
  return inEffect(draft, purpose, chosen, person, now);
}

function draftsFor(words: readonly LostWord[], { purpose, stream }: Standing<PurposeRule>, person: PersonState, { actor, holder, recordedAt }: AfterLoss): Draft[] {
  const gone = withdrawalFor(words, stream, purpose);
  const command: Command | undefined = gone && { decision: 'withdraw', reason: 'operator', holder, actor, recordedAt, ...gone };
  const outcome = command && decideUnder(command, stream, purpose, person);
  return outcome?.kind === 'done' && !outcome.late ? outcome.drafts : [saidAnew(stream, purpose, person, recordedAt)];
}

/**
 * What the ledger says of purposes of which it has told systems something that it has lost: a "no" among it is said again, parts of lists
 * that were taken back are, and where nothing is to be taken what stands is said anew, so that a yes that was lost is acted on no longer.
 * Of the lost words nothing becomes a yes: their evidence is gone. Nothing where something was said since, or of somebody who was erased or merged.
 */
export function decideLost<P extends PurposeRule>(words: readonly LostWord[], person: PersonState, streams: readonly Standing<P>[], after: AfterLoss): FactEntry<P>[] {
  if (person.erased || person.mergedInto !== undefined) return [];
  return streams.flatMap((one) => {
    const own = words.filter(({ purpose }) => purpose === one.purpose.id);
    const isOlder = own.every(({ recordedAt }) => recordedAt < (one.stream.recordedAt ?? ''));
    return isOlder ? [] : draftsFor(own, one, person, after).map((draft) => ({ purpose: one.purpose, draft }));
  });
}

const factOf = ({ fact }: LostWord): { ground?: string; until?: string; kept?: Kept[] } => fact ?? {};

function erasureAgain(erasure: LostWord): PersonFact {
  const { ground = 'eu-gdpr:A17-1-b', kept = [] } = factOf(erasure);
  return { kind: 'erase', reason: erasure.reason === 'retention' ? 'retention' : 'erased', ground, kept };
}

function restrictionAgain(word: LostWord): PersonFact {
  const { ground = 'eu-gdpr:A18-1-a', until } = factOf(word);
  return { kind: 'restrict', ground, until };
}

/** What is carried out again of a person's lost words. */
function factAgain(words: readonly LostWord[], person: PersonState): PersonFact | undefined {
  const erasure = words.find(({ erased }) => erased);
  if (erasure) return erasureAgain(erasure);
  const last = words.at(-1);
  if (last?.restricted && person.restrictedSince === undefined) return restrictionAgain(last);
  return last?.suppressed && !person.suppressed ? { kind: 'suppress' } : undefined;
}

/**
 * The same for what was said of the whole person: an erasure, a restriction and a suppression are carried out again; else
 * what holds is said anew. A merge or a split is not made again.
 */
export function decideLostWhole<P extends PurposeRule>(words: readonly LostWord[], person: PersonState, streams: Standing<P>[], now: string): FactEntry<P>[] {
  if (person.erased || words.length === 0) return [];
  const fact = factAgain(words, person);
  if (fact) return decideFact(fact, person, streams, now);
  return [{ purpose: '~person', draft: { type: 'preferences-changed', occurredAt: now, fact: { suppressedChannels: person.suppressedChannels }, after: personAfter(person) } }];
}
