import type { Ack, AckOutcome } from '#contracts';
import { readAck } from '#propagation';
import { cloudEventOf, NoAnswer, signatureHeaders, type Answer, type Poster } from '#webhooks';
import type { Waiting } from './queue.js';

/** How far two clocks may lie apart. */
const CLOCKS_MS = 5 * 60_000;
export const LONGEST_REST_MS = 3 * 60 * 60_000;

export interface Receiver {
  system: string;
  url: string;
  registration: string | null;
  secrets: readonly string[];
}

export type Ending =
  | { kind: 'delivered'; outcome: AckOutcome; appliedAt: Date }
  | { kind: 'refused' | 'gone'; status: number; restMs?: number }
  | { kind: 'unreachable'; code: string };

export interface Tried {
  row: Waiting;
  /** As it was registered when it was tried. */
  receiver: Receiver;
  at: Date;
  seconds: number;
  ending: Ending;
}

function membersOf(body: string): { outcome?: unknown; appliedAt?: unknown } {
  try {
    return (JSON.parse(body) as object | null) ?? {};
  } catch {
    return {};
  }
}

/** What a 2xx says: the outcome and time that its body states where they make sense, else that it was applied as it came. */
export function wordOf({ event }: Pick<Waiting, 'event'>, system: string, { body, at }: Pick<Answer, 'body' | 'at'>): { outcome: AckOutcome; appliedAt: Date } {
  const { outcome = 'applied', appliedAt = at.toISOString() } = membersOf(body);
  const plain = { system, event: event.event, person: event.person, purpose: event.purpose, version: event.version };
  const read = (stated: object): Ack | undefined => readAck(Buffer.from(JSON.stringify({ ...plain, outcome: 'applied', appliedAt: at.toISOString(), ...stated })));
  const time = new Date(read({ appliedAt })?.appliedAt ?? at);
  const fits = time.getTime() >= Date.parse(event.recordedAt) - CLOCKS_MS && time.getTime() <= at.getTime() + CLOCKS_MS;
  return { outcome: read({ outcome })?.outcome ?? 'applied', appliedAt: fits ? time : at };
}

/** `Retry-After`, seconds or a date. */
function restOf(header: string | undefined, at: Date): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - at.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_REST_MS) : undefined;
}

function endingOf(row: Waiting, system: string, answer: Answer): Ending {
  const { status, headers, at } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered', ...wordOf(row, system, answer) };
  return { kind: status === 410 ? 'gone' : 'refused', status, restMs: restOf(headers['retry-after'], at) };
}

/** Sends one event once. Never throws: what went wrong is the ending. */
export async function tryOnce(poster: Poster, receiver: Receiver, row: Waiting, signal: AbortSignal): Promise<Tried> {
  const { system, url, secrets } = receiver;
  const at = new Date();
  const started = performance.now();
  const body = cloudEventOf(row.event, row.hash, row.index);
  const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8', 'user-agent': 'samtycke', ...signatureHeaders({ id: row.event.event, at, body, secrets }) };
  const ending = await poster.post({ url, headers, body, signal }).then(
    (answer) => endingOf(row, system, answer),
    (error: unknown): Ending => ({ kind: 'unreachable', code: error instanceof NoAnswer ? error.code : 'broken' }),
  );
  return { row, receiver, at, seconds: (performance.now() - started) / 1_000, ending };
}
