import type { AckOutcome, MessageData } from '#contracts';

/** A message as Kafka gave it, with where it came from. */
export interface RawMessage {
  topic: string;
  partition: number;
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  headers?: Record<string, Buffer | string | (Buffer | string)[] | undefined>;
}

/** A message that was understood. `removed`: a tombstone of the state topic, where the state is gone for good. */
export interface Received {
  raw: RawMessage;
  /** Event id; of a state record the event it comes from, absent where it says none. */
  id?: string;
  type: string;
  logIndex?: number;
  data: MessageData;
  removed?: true;
}

/** Why a message was parked; stable, and stands in the dead letter's headers. */
export type ParkReason = 'not-json' | 'wrong-shape' | 'handler-failed' | 'handler-timeout' | 'not-storable';

/** A message that could not be understood, with what its headers say about it. */
export interface Unreadable {
  raw: RawMessage;
  reason: Extract<ParkReason, 'not-json' | 'wrong-shape'>;
  /** What was wrong; never a value from the message. */
  detail: string;
}

export const isUnreadable = (message: object): message is Unreadable => 'reason' in message && 'raw' in message;

/** What became of one message. */
export type Verdict =
  | { message: Received; outcome: Exclude<AckOutcome, 'parked'>; appliedAt?: Date }
  | { message: Received | Unreadable; outcome: 'parked'; reason: ParkReason; detail: string };

/** Header of a message that was put back: the system that is to read it. */
export const ONLY_FOR = 'samtycke_only';

/** Header of a message that was put back: where it lay when it was parked for the first time. */
export const ORIGIN = 'samtycke_origin';

export const headerOf = (raw: RawMessage, name: string): string | undefined => {
  const value = raw.headers?.[name];
  const one = Array.isArray(value) ? value[0] : value;
  return one?.toString();
};

/** The purpose of a state record, by its key. */
export const purposeOf = (raw: RawMessage): string => raw.key?.toString().split(':')[1] ?? '';

/** The position of the message's event in the ledger's log, where its headers say one. */
export function logIndexOf(raw: RawMessage): number | undefined {
  const text = headerOf(raw, 'ce_logindex') ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A dead letter that was put back is for the system that had parked it, and for no other. */
export function isFor(system: string, raw: RawMessage): boolean {
  const only = headerOf(raw, ONLY_FOR);
  return only === undefined || only === system;
}
