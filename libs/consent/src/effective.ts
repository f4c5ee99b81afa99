import type { After } from '#contracts';
import { emptyStream, givenAtAfter, valuesOf, type Chosen, type Draft, type Stream } from './consent.js';
import type { PersonState } from './person.js';
import { allowedByDefault, survivesRestriction, type PurposeRule } from './purposes.js';
import { laterOf } from './time.js';
import { sameWishes, withPause } from './wishes.js';
import { stands } from './withdraw.js';

/** The decision's own values: what a further decision is decided from. Lists that it does not have were not chosen. */
export function chosenOf(stream: Stream): Stream {
  if (!stream.chosen) return stream;
  const { preferences = stream.preferences, channels, partners, ...others } = stream.chosen;
  const none = preferences === undefined || Object.keys(preferences).length === 0;
  return { ...stream, ...others, channels, partners, preferences: none ? undefined : preferences };
}

const reachesOut = (purpose: PurposeRule): boolean => purpose.choice !== 'told' && (purpose.channels !== undefined || purpose.directMarketing === true);

/** Whether a consent was given since the restriction that stands. */
export const isGivenSince = (chosen: Stream, { restrictedSince = '' }: PersonState): boolean => stands(chosen) && (chosen.givenAt ?? chosen.since ?? '') > restrictedSince;

/** Legal claims, vital interests, and consents given since stay allowed under restriction (GDPR 18(2)). */
const isRestricted = (purpose: PurposeRule, chosen: Stream, person: PersonState): boolean =>
  person.restrictedSince !== undefined && !survivesRestriction(purpose) && !isGivenSince(chosen, person);

const nothingOf = (list: string[] | undefined): string[] | undefined => list && [];

/** The end of the pause that holds at `now`: the purpose's own or the person's, whichever is later. */
function pauseOf(purpose: PurposeRule, chosen: Stream, person: PersonState, now: string): string | undefined {
  const own = chosen.preferences?.pausedUntil;
  const until = laterOf(own, reachesOut(purpose) ? person.pausedUntil : undefined);
  return until !== undefined && until > now ? until : undefined;
}

/** Those that were chosen; where the catalogue allows what nobody chose channels for, all. */
const ownChannels = (purpose: PurposeRule, chosen: Stream): string[] => chosen.channels ?? (allowedByDefault(purpose) ? purpose.channels : undefined) ?? [];

/** Undefined: on all that there are, as where the catalogue allows what nobody chose channels for. */
function channelsOf(purpose: PurposeRule, chosen: Stream, person: PersonState): string[] | undefined {
  if (!purpose.channels) return undefined;
  const all = ownChannels(purpose, chosen);
  const left = all.filter((channel) => (chosen.preferred?.includes(channel) ?? true) && !isSuppressed(purpose, person, channel));
  return chosen.channels === undefined && allowedByDefault(purpose) && left.length === all.length ? undefined : left;
}

const isSuppressed = (purpose: PurposeRule, person: PersonState, channel: string): boolean =>
  reachesOut(purpose) && (person.suppressed || person.suppressedChannels.includes(channel));

/**
 * What may be done with a purpose at `now`, where `chosen` is what was decided: nothing that was not chosen, and less
 * where the person is erased, restricted, suppressed or paused.
 */
export function effective(purpose: PurposeRule, chosen: Stream, person: PersonState, now: string): After {
  const values = valuesOf(chosen);
  if (!chosen.allowed) return values;
  const nothing = { ...values, allowed: false, channels: nothingOf(chosen.channels), partners: nothingOf(chosen.partners) };
  if (isRestricted(purpose, chosen, person)) return { ...nothing, status: 'restricted' };
  const pausedUntil = pauseOf(purpose, chosen, person, now);
  const preferences = withPause(chosen.preferences, pausedUntil);
  const channels = channelsOf(purpose, chosen, person);
  const silent = (person.suppressed && reachesOut(purpose)) || pausedUntil !== undefined || noneLeft(channels, ownChannels(purpose, chosen));
  return silent ? { ...nothing, preferences } : { ...values, channels: channels ?? values.channels, preferences };
}

const noneLeft = (channels: string[] | undefined, chosen: string[]): boolean => channels?.length === 0 && chosen.length > 0;

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Whether two states let the same be done. */
export const sameEffect = (one: After, other: After): boolean =>
  one.allowed === other.allowed &&
  one.status === other.status &&
  sameWishes(one.preferences, other.preferences) &&
  same(one.channels, other.channels) &&
  same(one.partners, other.partners);

/** A purpose on which nothing is recorded: what holds for the whole person decides first, then the catalogue (contract, Kafka). */
export function unsaid(purpose: PurposeRule, whole: PersonState | undefined, now: string): Stream {
  const stream = emptyStream(purpose);
  if (!whole) return stream;
  const { allowed = false, status = stream.status } = effective(purpose, stream, whole, now);
  return { ...stream, status, allowed: allowed && !whole.erased };
}

/** A copy without the members that hold nothing: canonical JSON has no undefined. */
const compact = <T extends object>(value: T): T => Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;

/** What an event must carry so that the decision is not lost under its effect; nothing where both are the same. */
function chosenFact(chosen: Stream, after: After): Chosen | undefined {
  if (chosen.preferred === undefined && sameEffect(valuesOf(chosen), after)) return undefined;
  const { status, allowed, channels, partners, preferred, preferences } = chosen;
  return compact({ status, allowed, channels, partners, preferred, preferences: sameWishes(preferences, after.preferences) ? undefined : (preferences ?? {}) });
}

/**
 * The channels to be used after a draft: never more than those consented to, and none where the last of them was taken back. A
 * yes is to all that it names, but where it only moves.
 */
function preferredAfter(draft: Draft, before: Stream): string[] | undefined {
  if (draft.preferred === null || !draft.after.allowed) return undefined;
  const asBefore = draft.type === 'consent-granted' ? undefined : before.preferred;
  return (draft.preferred ?? asBefore)?.filter((channel) => draft.after.channels?.includes(channel));
}

/**
 * The draft of a decision, whose `after` is what was chosen, as the event that says what is in force: what was chosen goes
 * into its `fact` where it differs. `before` is what was chosen before (`chosenOf`).
 */
export function inEffect(draft: Draft, purpose: PurposeRule, before: Stream, person: PersonState, now: string): Draft {
  const { status = before.status, allowed = before.allowed } = draft.after;
  const chosen: Stream = { version: before.version, ...draft.after, status, allowed, givenAt: givenAtAfter(before, draft), preferred: preferredAfter(draft, before) };
  const after = effective(purpose, chosen, person, now);
  const fact = chosenFact(chosen, after);
  return fact ? { ...draft, after, fact: { ...draft.fact, chosen: fact } } : { ...draft, after };
}
