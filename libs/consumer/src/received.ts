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

export const headerOf = (raw: RawMessage, name: string): string | undefined => {
  const value = raw.headers?.[name];
  const one = Array.isArray(value) ? value[0] : value;
  return one === undefined ? undefined : one.toString();
};
