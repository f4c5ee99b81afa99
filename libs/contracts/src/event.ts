/** Every type of event that the ledger writes (contract of the topics, frozen). */
export const EVENT_TYPES = [
  'consent-granted',
  'consent-withdrawn',
  'consent-refused',
  'request-opened',
  'request-closed',
  'objection-raised',
  'objection-lifted',
  'preferences-changed',
  'decision-recorded',
  'processing-restricted',
  'restriction-lifted',
  'right-requested',
  'right-closed',
  'identifiers-changed',
  'person-linked',
  'person-merged',
  'person-split',
  'person-erased',
  'catalogue-changed',
  'notice-published',
  'key-changed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export const STATUSES = [
  'unknown',
  'requested',
  'given',
  'renewed',
  'refused',
  'withdrawn',
  'expired',
  'objected',
  'restricted',
] as const;
export type Status = (typeof STATUSES)[number];

export const DECISIONS = ['request', 'grant', 'refuse', 'withdraw', 'object', 'lift'] as const;
export type Decision = (typeof DECISIONS)[number];

export const REASONS = [
  'person',
  'one-click',
  'unverified',
  'expired',
  'notice-changed',
  'merged',
  'split',
  'erased',
  'retention',
  'import',
  'operator',
  'gpc',
  'linked-person',
] as const;
export type Reason = (typeof REASONS)[number];

export type HolderKind = 'person' | 'device' | 'ledger';
export type ActorKind = 'person' | 'device' | 'unverified' | 'system' | 'operator' | 'ledger';

/** Who acted. `id` is the holder's, site's, system's or operator's id, or a job's name; `key` only where a key was used. */
export interface Actor {
  kind: ActorKind;
  id: string;
  key?: string;
}

export interface NoticeRef {
  id: string;
  version: string;
  locale: string;
}

export interface ShownNotice extends NoticeRef {
  /** Hex SHA-256 of the notice's RFC 8785 bytes. */
  sha256: string;
}

export interface Capture {
  context?: string;
  method?: string;
  point?: string;
}

export interface Preferences {
  topics?: string[];
  frequency?: string;
  language?: string;
  pausedUntil?: string;
}

/** The effective values after an event: all that a state record needs. */
export interface After {
  status?: Status;
  allowed?: boolean;
  channels?: string[];
  partners?: string[];
  preferences?: Preferences;
  validUntil?: string;
  since?: string;
  notice?: NoticeRef;
  restricted?: boolean;
  erased?: boolean;
  mergedInto?: string;
  suppressed?: boolean;
  pausedUntil?: string;
}

/** Purposes that are no purpose: facts about a whole person, and facts of the ledger itself. */
export const WHOLE_PERSON = '~person';
export const LEDGER_PURPOSE = '~ledger';
/** The person under which the facts of the ledger itself stand. */
export const LEDGER_PERSON = '00000000-0000-0000-0000-000000000000';

/** One event of format 1, member for member (docs/format.md). Its RFC 8785 bytes are what the ledger keeps. */
export interface LedgerEvent {
  v: 1;
  ledger: string;
  controller?: string;
  event: string;
  type: EventType;
  person: string;
  kind: HolderKind;
  seq: number;
  purpose: string;
  version: number;
  /** Leaf hash of the same person's event seq-1; absent at seq 1. */
  prev?: string;
  occurredAt: string;
  recordedAt: string;
  decision?: Decision;
  reason?: Reason;
  basis?: string;
  definition?: string;
  notice?: ShownNotice;
  capture?: Capture;
  actor: Actor;
  via?: string;
  viaId?: string;
  request: string;
  ordinal: number;
  causes?: string[];
  fact?: Record<string, unknown>;
  after?: After;
  evidence?: Record<string, string>;
}
