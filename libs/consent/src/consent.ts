import type {
  After,
  Capture,
  Decision,
  EventType,
  LedgerEvent,
  NoticeRef,
  Preferences,
  Reason,
  ShownNotice,
  Status,
} from '#contracts';
import { lastNoAfter, type LastNo } from './last-no.js';
import { allowedByDefault, type PurposeRule } from './purposes.js';

/** A request that waits for its confirmation, and what stands again if it lapses. */
export interface OpenRequest {
  event: string;
  at: string;
  channels?: string[];
  partners?: string[];
  restore: { status: Status; since?: string };
}

/**
 * What was decided, where something stands above it: a restriction, a suppression, a pause, or preferred channels. An event
 * carries it as `fact.chosen`; where it is absent, what is in force is what was decided.
 */
export interface Chosen {
  status: Status;
  allowed: boolean;
  channels?: string[];
  partners?: string[];
  /** Of the consented channels, those that the person wants used. */
  preferred?: string[];
  /** The purpose's own, where a pause of the whole person stands above them; empty where it has none. */
  preferences?: Preferences;
}

/** The state of one stream (ledger, person, purpose): the fold of its events, and nothing else. */
export interface Stream {
  version: number;
  status: Status;
  allowed: boolean;
  channels?: string[];
  partners?: string[];
  preferences?: Preferences;
  validUntil?: string;
  /** The event that set `validUntil`: what an expiry follows from. */
  endsBy?: string;
  /** When the decision in force was taken (its `occurredAt`). */
  since?: string;
  /** When the consent was given, where a part of it was taken back since; else `since` says it. */
  givenAt?: string;
  /** The "no" in force was imported: whatever was said before or after it in that system comes with a time of its own. */
  imported?: true;
  /** The last "no" that took nothing, where it is later than the decision in force. */
  lastNo?: LastNo;
  /** Until when an objection is overridden, where the override was given an end. */
  overriddenUntil?: string;
  notice?: NoticeRef;
  /** The identifier under which the consent in force was given: the address for this purpose. */
  via?: { kind: string; id: string };
  /** The last event and when it was recorded. */
  event?: string;
  recordedAt?: string;
  open?: OpenRequest;
  /** What was decided, where something stands above it. */
  chosen?: Chosen;
  /** Of the consented channels, those that the person wants used. */
  preferred?: string[];
}

/** What a decision wants to write; ids, chain and commitments are the ledger's. */
export interface Draft {
  type: EventType;
  occurredAt: string;
  decision?: Decision;
  reason?: Reason;
  notice?: ShownNotice;
  capture?: Capture;
  causes?: string[];
  fact?: Record<string, unknown>;
  after: After;
  /** Channels to be used from now on; null: all that are consented to; absent: as before. */
  preferred?: string[] | null;
}

export const emptyStream = (purpose: PurposeRule): Stream => ({
  version: 0,
  status: 'unknown',
  allowed: allowedByDefault(purpose),
});

type Step = Draft & { event: string; version: number; recordedAt: string; via?: string; viaId?: string };

function openAfter(stream: Stream, step: Step): OpenRequest | undefined {
  if (step.type === 'request-opened') {
    const restore = stream.open?.restore ?? { status: stream.status, since: stream.since };
    const { channels, partners } = (step.fact ?? {}) as Pick<OpenRequest, 'channels' | 'partners'>;
    return { event: step.event, at: step.recordedAt, channels, partners, restore };
  }
  return step.after.status === 'requested' ? stream.open : undefined;
}

function viaAfter(stream: Stream, step: Step): Stream['via'] {
  const chosen = (step.fact as { chosen?: Chosen } | undefined)?.chosen;
  if (step.type !== 'consent-granted') return (chosen?.allowed ?? step.after.allowed) ? stream.via : undefined;
  return step.via !== undefined && step.viaId !== undefined ? { kind: step.via, id: step.viaId } : stream.via;
}

/** A grant sets the end anew; any other event that leaves it where it was leaves its cause too. */
function endsByAfter(stream: Stream, step: Step): string | undefined {
  if (step.after.validUntil === undefined) return undefined;
  const kept = step.type !== 'consent-granted' && step.after.validUntil === stream.validUntil;
  return kept ? stream.endsBy : step.event;
}

/** Whether a consent stands after an event: under a restriction or a pause in what was chosen. */
function standsAfter({ fact, after }: Pick<Draft, 'fact' | 'after'>): boolean {
  const { status } = (fact as { chosen?: Chosen } | undefined)?.chosen ?? after;
  return status === 'given' || status === 'renewed';
}

/** A withdrawal of a part moves `since`, and leaves a consent that is as old as before; a merge or a split that moves it says so. */
export function givenAtAfter(stream: Pick<Stream, 'givenAt' | 'since'>, step: Pick<Draft, 'type' | 'fact' | 'after'>): string | undefined {
  const { givenAt } = (step.fact ?? {}) as { givenAt?: string };
  if (givenAt !== undefined) return givenAt;
  if (step.type === 'consent-granted' || !standsAfter(step)) return undefined;
  return stream.givenAt ?? (step.type === 'consent-withdrawn' ? stream.since : undefined);
}

/** Whether the "no" in force came by import; an event that leaves it in force leaves that too. */
function importedAfter(stream: Stream, step: Step): true | undefined {
  if (step.after.allowed) return undefined;
  if (step.decision !== undefined && step.type !== 'decision-recorded') return step.reason === 'import' ? true : undefined;
  return step.after.since === stream.since ? stream.imported : undefined;
}

/** Events that say until when an objection is overridden: the override, and a merge or a split that brings one back. */
const SAY_UNTIL: ReadonlySet<EventType> = new Set(['objection-lifted', 'person-merged', 'person-split']);

/** Whether an objection is overridden after an event: under a restriction or a pause that stands in what was chosen. */
export function isOverridden({ fact, after = {} }: Pick<LedgerEvent, 'fact' | 'after'>): boolean {
  const { status, allowed } = (fact as { chosen?: Chosen } | undefined)?.chosen ?? after;
  return status === 'objected' && allowed === true;
}

/** The end that an event gives to the override that stands after it; 'same' where it leaves the one before. */
export function overrideEndIn({ type, fact }: Pick<LedgerEvent, 'type' | 'fact'>): string | undefined | 'same' {
  const until = SAY_UNTIL.has(type) ? (fact as { until?: string } | undefined)?.until : undefined;
  return until ?? (type === 'objection-lifted' ? undefined : 'same');
}

function overriddenUntilAfter(stream: Stream, step: Step): string | undefined {
  if (!isOverridden(step)) return undefined;
  const until = overrideEndIn(step);
  return until === 'same' ? stream.overriddenUntil : until;
}

/** The stream after one more event. It never throws on a recorded event, whatever its type: `after` says it all. */
export function evolve(stream: Stream, event: Step | LedgerEvent): Stream {
  const after: After = event.after ?? {};
  const step = (event.after ? event : { ...event, after }) as Step;
  return {
    version: event.version,
    status: after.status ?? stream.status,
    allowed: after.allowed ?? stream.allowed,
    channels: after.channels,
    partners: after.partners,
    preferences: after.preferences,
    validUntil: after.validUntil,
    endsBy: endsByAfter(stream, step),
    since: after.since,
    givenAt: givenAtAfter(stream, step),
    imported: importedAfter(stream, step),
    lastNo: lastNoAfter(stream.lastNo, step),
    overriddenUntil: overriddenUntilAfter(stream, step),
    notice: after.notice,
    via: viaAfter(stream, step),
    event: event.event,
    recordedAt: event.recordedAt,
    open: openAfter(stream, step),
    chosen: (event.fact as { chosen?: Chosen } | undefined)?.chosen,
  };
}

/** The effective values of a stream, as `after` of an event that leaves them unchanged. */
export function valuesOf(stream: Stream): After {
  const { status, allowed, channels, partners, preferences, validUntil, since, notice } = stream;
  return { status, allowed, channels, partners, preferences, validUntil, since, notice };
}
