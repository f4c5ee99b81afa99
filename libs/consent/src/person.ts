import type { After, LedgerEvent } from '#contracts';

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

/** The event of a restriction says its end, or that it has none; every other one leaves it. */
function restrictedUntilAfter(state: PersonState, { type, fact }: PersonEvent): string | undefined {
  return type === 'processing-restricted' ? (fact as { until?: string } | undefined)?.until : state.restrictedUntil;
}

/** The person after one more `~person` event. Never throws on a recorded event. */
export function evolvePerson(state: PersonState, event: PersonEvent): PersonState {
  const after: After = event.after ?? {};
  const restrictedSince = after.restricted ? (state.restrictedSince ?? event.occurredAt) : undefined;
  const restrictedUntil = after.restricted ? restrictedUntilAfter(state, event) : undefined;
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
