import type { Ack } from '#contracts';
import type { Message } from 'kafkajs';
import { about } from './about.js';
import { headerOf, type RawMessage, type Verdict } from './received.js';

/** Bytes; Kafka takes 1,048,588 in one batch unless told otherwise. */
const MOST_SENT = 900_000;
const MOST_HEADERS = 100_000;

/** The acknowledgement of one event; none where a message does not even say which event it is. */
export function ackOf(system: string, verdict: Verdict, now: Date): Message | undefined {
  const { event, person, purpose, version } = about(verdict.message);
  if (event === undefined) return undefined;
  const appliedAt = (('appliedAt' in verdict ? verdict.appliedAt : undefined) ?? now).toISOString();
  const ack: Ack = { system, event, person, purpose, version, outcome: verdict.outcome, appliedAt };
  return { key: event, value: JSON.stringify(ack), headers: { 'content-type': 'application/json' } };
}

function originHeaders(raw: RawMessage): Record<string, string> {
  const entries = Object.keys(raw.headers ?? {}).map((name): [string, string] => [name, headerOf(raw, name) ?? '']);
  const size = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return size > MOST_HEADERS ? {} : Object.fromEntries(entries);
}

/**
 * The dead letter of a parked message: key, value and headers as received, and why and where from in `dead_…` headers.
 * A value too large to be sent again is left at its origin.
 */
export function deadLetterOf(system: string, verdict: Extract<Verdict, { outcome: 'parked' }>, now: Date): Message {
  const { raw } = verdict.message;
  const tooLarge = (raw.value?.length ?? 0) > MOST_SENT - MOST_HEADERS;
  const headers = {
    ...originHeaders(raw),
    dead_system: system,
    dead_reason: verdict.reason,
    dead_detail: verdict.detail,
    dead_topic: raw.topic,
    dead_partition: String(raw.partition),
    dead_offset: raw.offset,
    dead_at: now.toISOString(),
    ...(tooLarge && { dead_value: 'left-at-origin' }),
  };
  return { key: raw.key, value: tooLarge ? null : raw.value, headers };
}

const sizeOf = ({ key, value, headers = {} }: Message): number =>
  (key?.length ?? 0) + (value?.length ?? 0) + Object.entries(headers).reduce((sum, [name, held]) => sum + name.length + String(held).length, 100);

/** Cuts messages of one topic into pieces that Kafka takes in one batch, in order. */
export function inPieces(messages: readonly Message[]): Message[][] {
  const pieces: Message[][] = [];
  let room = 0;
  for (const message of messages) {
    const size = sizeOf(message);
    if (size > room || pieces.length === 0) {
      pieces.push([]);
      room = MOST_SENT;
    }
    pieces.at(-1)?.push(message);
    room -= size;
  }
  return pieces;
}
