import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { foldWhole, type Whole } from './whole.js';

/** Somebody who is or was a part of somebody else: all of his events in order of seq, and the ids of his identifiers. */
export interface Relative {
  events: readonly LedgerEvent[];
  identifiers: ReadonlySet<string>;
}

export type Relatives = ReadonlyMap<string, Relative>;

/** What a request in a person's history means where it is about who is a part of whom. */
export type Turn =
  /** It took in the part that is split off now. */
  | { kind: 'part' }
  /** It took in somebody who has left since, or who is still there: as a part of the part, where he came after him. */
  | { kind: 'guest'; identifiers: ReadonlySet<string> }
  | { kind: 'stays'; from: Whole; ofPart: boolean }
  | { kind: 'released'; identifiers: ReadonlySet<string> }
  /** The person became a part of somebody else himself, or came back with what had been decided there. */
  | { kind: 'closed' | 'reopened' };

interface PersonFact {
  other: string;
  role: string;
}

const factOf = ({ fact = {} }: LedgerEvent): Partial<PersonFact> => fact;

/** Everybody whom a person's own events name as merged into him; `still`: without those who were released again. */
export function mergedInto(whole: readonly LedgerEvent[], { still }: { still: boolean }): string[] {
  const parts = new Set<string>();
  for (const event of whole) {
    const { other, role } = factOf(event);
    if (event.purpose !== WHOLE_PERSON || role !== 'into' || other === undefined) continue;
    if (event.type === 'person-merged') parts.add(other);
    if (event.type === 'person-split' && still) parts.delete(other);
  }
  return [...parts];
}

/** A person and whoever is a part of him, or of one of these. */
export function familyOf(person: string, relatives: Relatives, family: Set<string> = new Set()): Set<string> {
  family.add(person);
  for (const part of mergedInto(relatives.get(person)?.events ?? [], { still: true })) if (!family.has(part)) familyOf(part, relatives, family);
  return family;
}

export const identifiersOf = (family: Iterable<string>, relatives: Relatives): Set<string> => new Set([...family].flatMap((one) => [...(relatives.get(one)?.identifiers ?? [])]));

/** A person as he was before the merge that his own event `cause` completed. */
export function beforeMerge(events: readonly LedgerEvent[], cause: LedgerEvent): Whole {
  return foldWhole(events.filter(({ request, seq }) => request !== cause.request && seq < cause.seq));
}

interface Reading {
  whole: string;
  /** The part's own event that closed him. */
  merge: LedgerEvent;
  relatives: Relatives;
  turns: Map<string, Turn>;
  /** By which request those who are there now were taken in. */
  there: Map<string, string>;
}

const guest = (other: string, { relatives }: Reading): Turn => ({ kind: 'guest', identifiers: identifiersOf(familyOf(other, relatives), relatives) });

function takenIn(request: string, other: string, reading: Reading): Turn {
  const { merge, relatives, there, whole } = reading;
  if (request === merge.event) return { kind: 'part' };
  there.set(other, request);
  const events = relatives.get(other)?.events ?? [];
  const cause = events.find(({ event }) => event === request);
  if (!cause) return guest(other, reading);
  const into = factOf(cause).other ?? whole;
  const ofPart = familyOf(merge.person, relatives).has(into);
  return ofPart || into === whole || there.has(into) ? { kind: 'stays', from: beforeMerge(events, cause), ofPart } : guest(other, reading);
}

function released(other: string, reading: Reading): Turn {
  const { relatives, turns, there } = reading;
  const request = there.get(other);
  if (request !== undefined) turns.set(request, guest(other, reading));
  there.delete(other);
  return { kind: 'released', identifiers: identifiersOf(familyOf(other, relatives), relatives) };
}

function turnOf(event: LedgerEvent, reading: Reading): Turn | undefined {
  const { other, role } = factOf(event);
  const merged = event.type === 'person-merged';
  if (!merged && event.type !== 'person-split') return undefined;
  if (role !== 'into') return { kind: merged ? 'closed' : 'reopened' };
  if (other === undefined) return undefined;
  return merged ? takenIn(event.request, other, reading) : released(other, reading);
}

/** The requests in the history of `whole` that took somebody in or let him go, each with what it means for a split of the part. */
export function readTurns(whole: readonly LedgerEvent[], merge: LedgerEvent, relatives: Relatives): Map<string, Turn> {
  const reading: Reading = { whole: whole[0]?.person ?? '', merge, relatives, turns: new Map(), there: new Map() };
  for (const event of whole) {
    const turn = event.purpose === WHOLE_PERSON ? turnOf(event, reading) : undefined;
    if (turn) reading.turns.set(event.request, turn);
  }
  return reading.turns;
}
