import type { EventType, Reason } from '#contracts';
import { valuesOf, type Draft, type Stream } from './consent.js';
import { allInEffect } from './decide-under.js';
import { chosenOf, effective, inEffect, sameEffect } from './effective.js';
import { laterThan } from './last-no.js';
import { sameList } from './lists.js';
import type { PersonState } from './person.js';
import type { PurposeRule } from './purposes.js';
import { usedAlike } from './wishes.js';
import { lastNoOf, stands } from './withdraw.js';

/** How a fact about two people names what it moves. */
export interface Moving {
  /** The type where nothing is granted and nothing taken away, or where the basis is not consent. */
  type: EventType;
  reason: Reason;
  causes?: string[];
}

const hasMore = (one: string[] = [], other: string[] = []): boolean => one.some((item) => !other.includes(item));

const sameNotice = ({ notice: one }: Stream, { notice: other }: Stream): boolean => one?.id === other?.id && one?.version === other?.version && one?.locale === other?.locale;

/** Whether two consents that stand end at the same time, and were given under the same text and the same address. */
const sameTerms = (one: Stream, other: Stream): boolean => one.validUntil === other.validUntil && one.via?.id === other.via?.id && sameNotice(one, other);

const differInTerms = (one: Stream, other: Stream): boolean => stands(one) && stands(other) && !sameTerms(one, other);

/** Whether two choices are the same in what they let be done, in what they are called, and in the terms of a consent. */
export const sameChoice = (one: Stream, other: Stream): boolean =>
  one.status === other.status && one.allowed === other.allowed && sameList(one.channels, other.channels) && sameList(one.partners, other.partners) && !differInTerms(one, other);

/** Only a grant has an address of its own: where there is to be none, the one before it ends with a withdrawal. */
const losesAddress = (from: Stream, to: Stream): boolean => stands(from) && stands(to) && from.via !== undefined && to.via === undefined;

/** Whether `to` lets something be done that `from` does not. */
const adds = (from: Stream, to: Stream): boolean => (to.allowed && !from.allowed) || hasMore(to.channels, from.channels) || hasMore(to.partners, from.partners);

function typeOf(purpose: PurposeRule, from: Stream, to: Stream, { type }: Moving): EventType {
  if (purpose.choice !== 'grant-withdraw') return type;
  if (adds(to, from) || losesAddress(from, to)) return 'consent-withdrawn';
  return adds(from, to) || (stands(to) && !stands(from)) || differInTerms(from, to) ? 'consent-granted' : type;
}

/** Whether a choice was a "no" later than the one that it comes to knows. */
export const bringsNo = (from: Stream, to: Stream): boolean => laterThan(lastNoOf(to), lastNoOf(from)) !== undefined;

/** An override that comes back has the end that it had, a consent is as old as it was, and no "no" is forgotten. */
function factOf(from: Stream, to: Stream): Draft['fact'] {
  const { status, allowed, overriddenUntil, givenAt } = to;
  const until = status === 'objected' && allowed ? overriddenUntil : undefined;
  const no = stands(to) ? to.lastNo : laterThan(to.lastNo, from.lastNo);
  const fact = { ...(until !== undefined && { until }), ...(givenAt !== undefined && stands(to) && { givenAt }), ...(no && { no }) };
  return Object.keys(fact).length > 0 ? fact : undefined;
}

const isThere = (from: Stream, to: Stream, now: string): boolean => sameChoice(from, to) && usedAlike(from, to, now) && !bringsNo(from, to);

/**
 * The drafts that bring a choice to another one's values, and to what is wished of it: nothing where both are the same; where something is taken away and
 * something added, a withdrawal comes first (contract of the topics). A consent under other terms is a grant anew.
 */
function moveTo(purpose: PurposeRule, from: Stream, to: Stream, moving: Moving, now: string): Draft[] {
  if (isThere(from, to, now)) return [];
  const { causes } = moving;
  const type = typeOf(purpose, from, to, moving);
  const reason = type === 'consent-withdrawn' ? moving.reason : undefined;
  const draft: Draft = { type, reason, causes, occurredAt: now, fact: factOf(from, to), after: { ...valuesOf(to), since: to.since ?? (sameChoice(from, to) ? undefined : now) }, preferred: to.preferred ?? null };
  return type === 'consent-withdrawn' && (adds(from, to) || differInTerms(from, to)) ? inTwo(draft, from, to, now) : [draft];
}

/** What goes first, and then what comes. */
function inTwo(draft: Draft, from: Stream, to: Stream, now: string): Draft[] {
  const left = { channels: from.channels?.filter((one) => to.channels?.includes(one)), partners: from.partners?.filter((one) => to.partners?.includes(one)) };
  const between: Draft = { ...draft, fact: undefined, after: { ...valuesOf(from), ...left, allowed: false, since: now } };
  return [between, { ...draft, type: 'consent-granted', reason: undefined }];
}

/**
 * The drafts, as what is in force, that bring a stream to the choice `to` of a person for whom `person` holds; also where the
 * choice stays and only what stands above it changes.
 */
export function bringTo(purpose: PurposeRule, stream: Stream, to: Stream, person: PersonState, moving: Moving, now: string): Draft[] {
  const own = chosenOf(stream);
  const drafts = moveTo(purpose, own, to, moving, now);
  if (drafts.length > 0) return allInEffect(drafts, purpose, stream, person, now);
  if (sameEffect(valuesOf(stream), effective(purpose, own, person, now))) return [];
  const draft: Draft = { type: moving.type, causes: moving.causes, occurredAt: now, after: valuesOf(own), preferred: own.preferred };
  return [inEffect(draft, purpose, own, person, now)];
}
