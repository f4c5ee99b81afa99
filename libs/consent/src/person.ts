import type { After, LedgerEvent } from '#contracts';
import { later } from './time.js';

/** What holds for a person over all of his purposes: the fold of his `~person` events. */
export interface PersonState {
  /** Processing is restricted (GDPR 18) since then: consents given later stand. */
  restrictedSince?: string;
  /** When the restriction ends by itself; absent: not before it is lifted. */
  restrictedUntil?: string;
  /** No channel may be used at all. */
  suppressed: boolean;
  /** Channels that may not be used, sorted. */
  suppressedChannels: string[];
  /** No channel may be used before this time. */
  pausedUntil?: string;
  erased: boolean;
  /** The person that this one was merged into: his decisions are made there. */
  mergedInto?: string;
}

export const nobodySpecial: PersonState = { suppressed: false, suppressedChannels: [], erased: false };

type PersonEvent = Pick<LedgerEvent, 'type' | 'occurredAt' | 'fact' | 'after'>;

/** Only the events that move a list carry it; every other `~person` event leaves it as it is. */
function channelsAfter(state: PersonState, { fact }: PersonEvent): string[] {
  const { suppressedChannels } = (fact ?? {}) as { suppressedChannels?: string[] };
  return suppressedChannels ?? state.suppressedChannels;
}

/** The end that a `~person` event gives to the restriction that stands after it; 'same' where it leaves the one before. */
export function restrictionEndIn({ type, fact }: Pick<LedgerEvent, 'type' | 'fact'>): string | undefined | 'same' {
  const { until, ends } = (fact ?? {}) as { until?: string; ends?: string };
  if (type === 'processing-restricted' || ends === WHEN_LIFTED) return until;
  const moves = type === 'person-merged' || type === 'person-split';
  return (moves ? until : undefined) ?? 'same';
}

const WHEN_LIFTED = 'when-lifted';

/**
 * What a merge or a split at `now` says of a restriction that it leaves: its end, or that it has none, and from when on it counts
 * where that is neither as before nor `now`.
 */
export function restrictionFact({ restrictedSince, restrictedUntil: until }: PersonState, before: PersonState, now: string): { until?: string; ends?: string; since?: string } {
  if (restrictedSince === undefined) return {};
  const since = restrictedSince === (before.restrictedSince ?? now) ? {} : { since: restrictedSince };
  return until === undefined ? { ends: WHEN_LIFTED, ...since } : { until, ...since };
}

/** The end of two restrictions that become one: never sooner than either's. */
export function longerRestriction(one: Restriction, other: Restriction): string | undefined {
  if (one.restrictedSince === undefined) return other.restrictedUntil;
  if (other.restrictedSince === undefined) return one.restrictedUntil;
  const [first, second] = [one.restrictedUntil, other.restrictedUntil];
  return first === undefined || second === undefined ? undefined : later(first, second);
}

type Restriction = Pick<PersonState, 'restrictedSince' | 'restrictedUntil'>;

/** From when on it counts is said where that is neither the time of the one before nor of the event: consents were given between. */
const restrictionBegins = ({ restrictedSince }: PersonState, { occurredAt, fact }: PersonEvent): string => (fact as { since?: string } | undefined)?.since ?? restrictedSince ?? occurredAt;

/** The person after one more `~person` event. Never throws on a recorded event. */
export function evolvePerson(state: PersonState, event: PersonEvent): PersonState {
  const after: After = event.after ?? {};
  const restrictedSince = after.restricted ? restrictionBegins(state, event) : undefined;
  const end = after.restricted ? restrictionEndIn(event) : undefined;
  const restrictedUntil = end === 'same' ? state.restrictedUntil : end;
  const { erased = false, mergedInto, suppressed = false, pausedUntil } = after;
  return { restrictedSince, restrictedUntil, suppressed, suppressedChannels: channelsAfter(state, event), pausedUntil, erased, mergedInto };
}

/** `after` of a `~person` event: all of it effective values (format 1). */
export const personAfter = ({ restrictedSince, erased, mergedInto, suppressed, pausedUntil }: PersonState): After => ({
  restricted: restrictedSince !== undefined,
  erased,
  mergedInto,
  suppressed,
  pausedUntil,
});
