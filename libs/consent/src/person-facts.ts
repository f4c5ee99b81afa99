import type { After, EventType, Reason } from '#contracts';
import { valuesOf, type Draft, type Stream } from './consent.js';
import { chosenOf, effective, inEffect, isGivenSince, sameEffect } from './effective.js';
import { sorted, emptyLists } from './lists.js';
import { longerRestriction, personAfter, type PersonState } from './person.js';
import type { PurposeRule } from './purposes.js';
import { stands } from './withdraw.js';

/** A fact about a whole person. */
export type PersonFact =
  | { kind: 'restrict'; ground: string; until?: string }
  | { kind: 'lift-restriction'; ground: string }
  /** Channels that may not be used any more; none named: no channel at all. */
  | { kind: 'suppress'; channels?: string[] }
  | { kind: 'end-suppression'; channels?: string[] }
  /** The whole list of channels that may not be used. */
  | { kind: 'set-suppressed-channels'; channels: string[] }
  | { kind: 'pause'; until: string }
  | { kind: 'end-pause' }
  | { kind: 'erase'; reason: Extract<Reason, 'erased' | 'retention'>; ground: string; kept: Kept[] };

/** What an erasure leaves: a category of data, the ground it is kept on, and until when. */
export interface Kept {
  category: string;
  ground: string;
  until?: string;
}

/** A draft and the stream it is for. */
export interface FactEntry<P extends PurposeRule> {
  purpose: P | '~person';
  draft: Draft;
  /** The identifier under which it was decided, where it is not the call's. */
  via?: { kind: string; id: string };
}

interface Meaning {
  type: EventType;
  after: PersonState;
  fact?: Record<string, unknown>;
}

const present = (fact: Record<string, unknown>): Record<string, unknown> => Object.fromEntries(Object.entries(fact).filter(([, value]) => value !== undefined));

function suppression(person: PersonState, fact: Extract<PersonFact, { kind: 'suppress' | 'end-suppression' }>): Meaning {
  const starts = fact.kind === 'suppress';
  if (!fact.channels) {
    const after = { ...person, suppressed: starts, suppressedChannels: starts ? person.suppressedChannels : [] };
    return { type: 'preferences-changed', after, fact: { suppressedChannels: after.suppressedChannels } };
  }
  const named = fact.channels;
  const left = starts ? sorted([...person.suppressedChannels, ...named]) : person.suppressedChannels.filter((channel) => !named.includes(channel));
  return { type: 'preferences-changed', after: { ...person, suppressedChannels: left }, fact: { suppressedChannels: left } };
}

/**
 * A restriction may have several grounds: a further one never ends it sooner than the ones before, and restricts what was consented to
 * between them, too.
 */
function restriction({ ground, until }: Extract<PersonFact, { kind: 'restrict' }>, person: PersonState, streams: readonly Stream[], now: string): Meaning {
  const restrictedUntil = longerRestriction(person, { restrictedSince: now, restrictedUntil: until });
  const since = person.restrictedSince !== undefined && streams.some((stream) => isGivenSince(chosenOf(stream), person)) ? now : undefined;
  return { type: 'processing-restricted', after: { ...person, restrictedSince: since ?? person.restrictedSince ?? now, restrictedUntil }, fact: present({ ground, until: restrictedUntil, since }) };
}

/** What a fact makes of the person. */
function meaningOf(fact: PersonFact, person: PersonState, streams: readonly Stream[], now: string): Meaning {
  switch (fact.kind) {
    case 'restrict':
      return restriction(fact, person, streams, now);
    case 'lift-restriction':
      return { type: 'restriction-lifted', after: { ...person, restrictedSince: undefined, restrictedUntil: undefined }, fact: { ground: fact.ground } };
    case 'suppress':
    case 'end-suppression':
      return suppression(person, fact);
    case 'set-suppressed-channels': {
      const suppressedChannels = sorted(fact.channels);
      return { type: 'preferences-changed', after: { ...person, suppressedChannels }, fact: { suppressedChannels } };
    }
    case 'pause':
      return { type: 'preferences-changed', after: { ...person, pausedUntil: fact.until } };
    case 'end-pause':
      return { type: 'preferences-changed', after: { ...person, pausedUntil: undefined } };
    case 'erase':
      return { type: 'person-erased', after: { suppressed: false, suppressedChannels: [], erased: true }, fact: { ground: fact.ground, kept: fact.kept.map((one) => present({ ...one })) } };
  }
}

/** A consent that ends with the person, or any other purpose that is no longer allowed. */
function erasedDraft(purpose: PurposeRule, chosen: Stream, reason: Reason, now: string): Draft {
  const given = stands(chosen) || chosen.status === 'requested';
  const after = { status: given ? 'withdrawn' : chosen.status, allowed: false, ...emptyLists(purpose), since: now } as const;
  return purpose.choice === 'grant-withdraw' ? { type: 'consent-withdrawn', reason, occurredAt: now, after } : { type: 'person-erased', reason, occurredAt: now, after };
}

/**
 * Systems answer "no" for a restricted or suppressed person where a purpose has no state (contract of the topics): what stays
 * allowed all the same must be said.
 */
const mustBeSaid = (stream: Stream, after: After, person: PersonState): boolean =>
  stream.version === 0 && after.allowed === true && (person.suppressed || person.restrictedSince !== undefined);

function entryOf<P extends PurposeRule>(purpose: P, stream: Stream, fact: PersonFact, meaning: Meaning, now: string): FactEntry<P>[] {
  const chosen = chosenOf(stream);
  if (fact.kind === 'erase') {
    const ends = chosen.allowed || stands(chosen) || chosen.status === 'requested';
    return ends ? [{ purpose, draft: erasedDraft(purpose, chosen, fact.reason, now) }] : [];
  }
  const after = effective(purpose, chosen, meaning.after, now);
  if (sameEffect(valuesOf(stream), after) && !mustBeSaid(stream, after, meaning.after)) return [];
  const draft: Draft = { type: meaning.type, occurredAt: now, after: valuesOf(chosen), preferred: chosen.preferred };
  return [{ purpose, draft: inEffect(draft, purpose, chosen, meaning.after, now) }];
}

const samePerson = (one: PersonState, other: PersonState): boolean => JSON.stringify(personAfter(one)) === JSON.stringify(personAfter(other)) && one.restrictedSince === other.restrictedSince && one.restrictedUntil === other.restrictedUntil && JSON.stringify(one.suppressedChannels) === JSON.stringify(other.suppressedChannels);

/**
 * What a fact about the whole person writes: one event for each purpose whose effect changes, by id, and `~person` last, all
 * of one transaction (format 1). Empty where the fact stands already, and for whoever was erased.
 */
export function decideFact<P extends PurposeRule>(fact: PersonFact, person: PersonState, streams: { purpose: P; stream: Stream }[], now: string): FactEntry<P>[] {
  if (person.erased) return [];
  const meaning = meaningOf(fact, person, streams.map(({ stream }) => stream), now);
  if (samePerson(person, meaning.after)) return [];
  const byId = [...streams].sort((one, other) => (one.purpose.id < other.purpose.id ? -1 : 1));
  const own = byId.flatMap(({ purpose, stream }) => entryOf(purpose, stream, fact, meaning, now));
  const whole: Draft = { type: meaning.type, occurredAt: now, fact: meaning.fact, after: personAfter(meaning.after), ...(fact.kind === 'erase' && { reason: fact.reason }) };
  return [...own, { purpose: '~person', draft: whole }];
}
