import {
  WHOLE_PERSON,
  type Decision,
  type HolderKind,
  type LedgerEvent,
  type NoticeRef,
  type Preferences,
  type Reason,
  type ShownNotice,
  type Status,
} from './event.js';

/**
 * The data of every message on the events and the state topic. A system needs only `allowed`, `channels`,
 * `validUntil` and `version`, whatever the type. Members that do not apply are absent.
 */
export interface MessageData {
  person: string;
  kind: HolderKind;
  purpose: string;
  seq: number;
  version: number;
  decision?: Decision;
  basis?: string;
  status?: Status;
  allowed?: boolean;
  reason?: Reason;
  /** The complete lists allowed after the event; empty when nothing remains; absent where the purpose has none. */
  channels?: string[];
  partners?: string[];
  preferences?: Preferences;
  validUntil?: string;
  since?: string;
  notice?: NoticeRef | ShownNotice;
  fact?: Record<string, unknown>;
  causes?: string[];
  occurredAt: string;
  recordedAt: string;
  /** Leaf hash of the event's bytes, hex. */
  hash: string;
  /** The person's own record (`~person`) only. */
  restricted?: boolean;
  erased?: boolean;
  mergedInto?: string;
  suppressed?: boolean;
  pausedUntil?: string;
}

export type MessageHeaders = Record<string, string>;

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

/** The message data: a pure function of the event and its leaf hash. `after` wins where it holds a member. */
export function messageData(event: LedgerEvent, hash: string): MessageData {
  const { person, kind, purpose, seq, version, decision, basis, reason, notice, fact, causes } = event;
  const { occurredAt, recordedAt } = event;
  const known = { person, kind, purpose, seq, version, decision, basis, reason, notice, fact, causes };
  return { ...known, ...event.after, occurredAt, recordedAt, hash };
}

/** CloudEvents 1.0, Kafka binary mode: the headers of the message for an event at log index `index`. */
export function messageHeaders(event: LedgerEvent, index: number): MessageHeaders {
  const origin = `https://${event.ledger}`;
  return {
    ce_specversion: '1.0',
    ce_id: event.event,
    ce_source: origin,
    ce_type: event.type,
    ce_subject: `${event.person}/${event.purpose}`,
    ce_time: event.occurredAt,
    ce_recordedtime: event.recordedAt,
    ce_partitionkey: event.person,
    ce_sequence: pad(event.version, 10),
    ce_logindex: pad(index, 12),
    ce_dataschema: `${origin}/schemas/${event.type}/1`,
    'content-type': 'application/json',
  };
}

/** Record key on the state topic. */
export const stateKey = (person: string, purpose: string): string => `${person}:${purpose}`;

/** Whether a record on the state topic is the person's own. */
export const isPersonRecord = (purpose: string): boolean => purpose === WHOLE_PERSON;

export type AckOutcome = 'applied' | 'repeat' | 'not-mine' | 'parked';

/** What a system answers on the acks topic for every event that it received; key = event id. */
export interface Ack {
  system: string;
  event: string;
  person: string;
  purpose: string;
  version: number;
  outcome: AckOutcome;
  /** When the system's own transaction had committed, by the system's clock; RFC 3339, UTC. */
  appliedAt: string;
}
