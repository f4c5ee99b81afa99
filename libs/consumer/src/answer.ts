import type { Ack } from '#contracts';
import type { Message } from 'kafkajs';
import { about } from './about.js';
import { ORIGIN, type RawMessage, type Verdict } from './received.js';

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

type Held = Buffer | string | (Buffer | string)[] | null | undefined;

function bytesOf(held: Held): number {
  if (Array.isArray(held)) return held.reduce((sum, one) => sum + bytesOf(one), 0);
  return held === null || held === undefined ? 0 : Buffer.byteLength(held);
}

const bytesOfHeaders = (headers: Message['headers'] = {}): number => Object.entries(headers).reduce((sum, [name, held]) => sum + bytesOf(name) + bytesOf(held), 0);

const sizeOf = ({ key, value, headers }: Message): number => bytesOf(key) + bytesOf(value) + bytesOfHeaders(headers) + 100;

function originHeaders({ headers = {} }: RawMessage): NonNullable<Message['headers']> {
  const given = Object.fromEntries(Object.entries(headers).map(([name, held]) => [name, held ?? '']));
  return bytesOfHeaders(given) > MOST_HEADERS ? {} : given;
}

const LEFT = { dead_value: 'left-at-origin' };
const OWN = ['dead_system', 'dead_reason', 'dead_detail', 'dead_topic', 'dead_partition', 'dead_offset', 'dead_at'];

const withoutValue = (letter: Message): Message => ({ ...letter, value: null, headers: { ...letter.headers, ...LEFT } });

/** What is left of a dead letter that Kafka finds too large: why, and where the message lies. Undefined where nothing more can be left out. */
export function shortened({ key, headers = {} }: Message): Message | undefined {
  const own = Object.entries(headers).filter(([name]) => OWN.includes(name) || name === ORIGIN);
  const isShort = key === null && Object.keys(headers).length === own.length + 1;
  return own.length < OWN.length || isShort ? undefined : { key: null, value: null, headers: { ...Object.fromEntries(own), ...LEFT } };
}

/**
 * The dead letter of a parked message: key, value and headers as received, and why and where from in `dead_…` headers.
 * What is too large to be sent again is left at its origin: the value, or the key and the headers too.
 */
export function deadLetterOf(system: string, verdict: Extract<Verdict, { outcome: 'parked' }>, now: Date): Message {
  const { raw } = verdict.message;
  const headers = {
    ...originHeaders(raw),
    dead_system: system,
    dead_reason: verdict.reason,
    dead_detail: verdict.detail,
    dead_topic: raw.topic,
    dead_partition: String(raw.partition),
    dead_offset: raw.offset,
    dead_at: now.toISOString(),
  };
  const whole = { key: raw.key, value: raw.value, headers };
  if (bytesOf(raw.value) <= MOST_SENT - MOST_HEADERS && sizeOf(whole) <= MOST_SENT) return whole;
  const letter = withoutValue(whole);
  return sizeOf(letter) <= MOST_SENT ? letter : (shortened(letter) ?? letter);
}

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
