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

/** Whom somebody's merge named: another one than who took him in, where that one had been merged on meanwhile. */
const namedBy = (other: string, request: string, relatives: Relatives): string | undefined => {
  const cause = relatives.get(other)?.events.find(({ event }) => event === request);
  return cause && factOf(cause).other;
};

/** Takes out whoever leaves, and those who came by a merge with him. */
function leave(there: Map<string, string | undefined>, leaving: string): string[] {
  there.delete(leaving);
  const followers = [...there].filter(([, named]) => named === leaving).map(([one]) => one);
  return [leaving, ...followers.flatMap((one) => leave(there, one))];
}

/** Everybody whom a person's own events name as merged into him; `still`: without those who were released again, as far as `relatives` tell who came with whom. */
export function mergedInto(whole: readonly LedgerEvent[], { still, relatives = new Map() }: { still: boolean; relatives?: Relatives }): string[] {
  const parts = new Map<string, string | undefined>();
  for (const event of whole) {
    const { other, role } = factOf(event);
    if (event.purpose !== WHOLE_PERSON || role !== 'into' || other === undefined) continue;
    if (event.type === 'person-merged') parts.set(other, namedBy(other, event.request, relatives));
    if (event.type === 'person-split' && still) leave(parts, other);
  }
  return [...parts.keys()];
}

/** A person and whoever is a part of him, or of one of these. */
export function familyOf(person: string, relatives: Relatives, family: Set<string> = new Set()): Set<string> {
  family.add(person);
  for (const part of mergedInto(relatives.get(person)?.events ?? [], { still: true, relatives })) if (!family.has(part)) familyOf(part, relatives, family);
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
  /** By which request those who are there now were taken in, and whom their merge named. */
  there: Map<string, string>;
  named: Map<string, string | undefined>;
}

const guest = (other: string, { relatives }: Reading): Turn => ({ kind: 'guest', identifiers: identifiersOf(familyOf(other, relatives), relatives) });

function takenIn(request: string, other: string, reading: Reading): Turn {
  const { merge, relatives, there, whole } = reading;
  if (request === merge.event) return { kind: 'part' };
  there.set(other, request);
  reading.named.set(other, namedBy(other, request, relatives));
  const events = relatives.get(other)?.events ?? [];
  const cause = events.find(({ event }) => event === request);
  if (!cause) return guest(other, reading);
  const into = factOf(cause).other ?? whole;
  const ofPart = familyOf(merge.person, relatives).has(into);
  return ofPart || into === whole || there.has(into) ? { kind: 'stays', from: beforeMerge(events, cause), ofPart } : guest(other, reading);
}

function released(other: string, reading: Reading): Turn {
  const { relatives, turns, there, named } = reading;
  for (const one of leave(named, other)) {
    const request = there.get(one);
    if (request !== undefined) turns.set(request, guest(one, reading));
    there.delete(one);
  }
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
  const reading: Reading = { whole: whole[0]?.person ?? '', merge, relatives, turns: new Map(), there: new Map(), named: new Map() };
  for (const event of whole) {
    const turn = event.purpose === WHOLE_PERSON ? turnOf(event, reading) : undefined;
    if (turn) reading.turns.set(event.request, turn);
  }
  return reading.turns;
}
