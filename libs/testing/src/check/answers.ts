import { setTimeout as pause } from 'node:timers/promises';
import type { Acknowledged, Refused } from '../faults/load.js';
import { keptConnections, send, type Said } from '../faults/send.js';
import type { Known } from './known.js';

interface Decided {
  person: string;
  purpose: string;
  status: string;
  allowed: boolean;
  version: number;
  event: string;
  recordedAt: string;
}

/** What was promised, and what was refused meanwhile. */
export interface Promises {
  answers: readonly Acknowledged[];
  refused: readonly Refused[];
  /** When PostgreSQL was away, until it took writes again: only then, and for a moment after, may a call have been answered 503 (performance.now). */
  databaseDown: readonly { from: number; to: number }[];
}

/** A call that was tried in vain just before PostgreSQL was back may still be told so. */
const GRACE_MS = 1_000;

const decisionsIn = ({ text }: Acknowledged): Decided[] => (JSON.parse(text) as { decisions: Decided[] }).decisions;

function unlike(said: Decided, known: Known): string | undefined {
  const event = known.events.get(said.event);
  if (!event) return `acknowledged event ${said.event} of ${said.person} is lost`;
  const members = ['person', 'purpose', 'version', 'status', 'allowed', 'recordedAt'] as const;
  const wrong = members.filter((member) => event[member] !== said[member]);
  return wrong.length > 0 ? `event ${said.event} is not what was acknowledged: ${wrong.join(', ')}` : undefined;
}

/** The events that more than one 201 names. A 200 names one that another call made, and may come before that call's answer. */
function madeTwice(answers: readonly Acknowledged[]): string[] {
  const made = answers.filter(({ status }) => status === 201).flatMap((answer) => decisionsIn(answer).map(({ event }) => event));
  const once = new Set<string>();
  return made.filter((event) => once.size === once.add(event).size);
}

/**
 * Every 201 is an event of its own, as it was told; every 200 names one that stands; and of whoever is written to by these
 * calls alone there is no event that nobody was told of.
 */
export function checkAnswers({ answers }: Promises, known: Known, problem: (text: string) => void): void {
  const told = new Set<string>();
  const people = new Set<string>();
  for (const answer of answers) {
    for (const said of decisionsIn(answer)) {
      const wrong = unlike(said, known);
      if (wrong) problem(wrong);
      told.add(said.event);
      people.add(said.person);
    }
  }
  for (const event of madeTwice(answers)) problem(`event ${event} was acknowledged for two calls`);
  for (const [id, { person, purpose }] of known.events) {
    if (people.has(person) && !purpose.startsWith('~') && !told.has(id)) problem(`event ${id} of ${person} was written, and nobody was told: a call was written twice`);
  }
}

/** How long after PostgreSQL's last return an answer came (ms); 0 while it was away, Infinity where it had not been away yet. */
function lateOf({ at }: Refused, databaseDown: Promises['databaseDown']): number {
  const late = databaseDown.filter(({ from }) => from <= at).map(({ to }) => Math.max(0, at - to));
  return Math.min(Infinity, ...late);
}

/** No 5xx but 503 while PostgreSQL was away, or a moment after; no 4xx. Gives how late the last of these came (ms). */
export function checkRefused({ refused, databaseDown }: Promises, problem: (text: string) => void): number {
  let latest = 0;
  for (const one of refused) {
    const { status, text } = one;
    const late = lateOf(one, databaseDown);
    const away = late <= GRACE_MS;
    if (status === 503 && away) latest = Math.max(latest, late);
    else problem(`a call was answered ${status}${away ? '' : ` while PostgreSQL was there${late < Infinity ? `, ${Math.round(late)} ms after it took writes again` : ''}`}: ${text.slice(0, 200)}`);
  }
  return latest;
}

const ASKED_AGAIN = 20;
const AGAIN_MS = 250;

/** A machine that is busy may answer 503: the question is what is said at last. */
async function askSurely(agent: ReturnType<typeof keptConnections>, url: URL, { body, key, idempotencyKey }: Acknowledged): Promise<Said> {
  for (let attempt = 1; ; attempt += 1) {
    const said = await send(agent, url, { headers: { authorization: `Bearer ${key}`, 'idempotency-key': idempotencyKey }, body: JSON.stringify(body) });
    if (attempt === ASKED_AGAIN || ('status' in said && said.status < 500)) return said;
    await pause(AGAIN_MS);
  }
}

/** The same keys again bring the same answers, to the byte; `most` of them, spread over all. */
export async function checkFirstAnswers(url: string, { answers }: Promises, most: number, problem: (text: string) => void): Promise<number> {
  const step = Math.max(1, Math.ceil(answers.length / most));
  const some = answers.filter((_, at) => at % step === 0);
  const agent = keptConnections(16);
  const queue = some[Symbol.iterator]();
  const ask = async (): Promise<void> => {
    for (const answer of queue) {
      const said = await askSurely(agent, new URL(answer.path, url), answer);
      if (!('text' in said) || said.text !== answer.text) problem(`the answer under key ${answer.idempotencyKey} is another one: ${'text' in said ? said.text.slice(0, 200) : said.broken}`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, ask));
  agent.destroy();
  return some.length;
}
