import { evolve, evolvePerson, nobodySpecial, type PersonState, type Stream } from '#consent';
import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { microsOf } from '#ledger';
import { Contradiction } from './contradiction.js';

/** What a person's row must hold. */
export interface PersonNow {
  person: string;
  kind: string;
  seq: number;
  step: number;
  recordedUs: number;
  hash: Buffer;
  state: PersonState | null;
}

export interface HeadNow {
  person: string;
  purpose: string;
  stream: Stream;
}

const NOTHING: Stream = { version: 0, status: 'unknown', allowed: false };
export const headKey = (person: string, purpose: string): string => `${person}:${purpose}`;

/** Takes events onto the states that stood before them; those that a state holds already are passed over. */
export class States {
  readonly changedPeople = new Map<string, PersonNow>();
  readonly changedHeads = new Map<string, HeadNow>();

  constructor(
    private readonly origin: string,
    private readonly people: Map<string, PersonNow>,
    private readonly heads: Map<string, HeadNow>,
  ) {}

  private person(id: string): PersonNow | undefined {
    return this.changedPeople.get(id) ?? this.people.get(id);
  }

  private stream(key: string): Stream {
    return (this.changedHeads.get(key) ?? this.heads.get(key))?.stream ?? NOTHING;
  }

  /** Takes an event that is new to the states. Throws a Contradiction where it does not follow what stands. */
  take({ index, event }: { index: number; event: LedgerEvent }, hash: Buffer): void {
    const { person, purpose, seq, kind } = event;
    const { seq: last, state: before, hash: prev } = this.person(person) ?? { seq: 0, state: null };
    if (event.ledger !== this.origin) throw new Contradiction(`the event at index ${index} of the signed log is of the ledger ${event.ledger}`);
    if (seq <= last) return;
    if (seq !== last + 1) throw new Contradiction(`person ${person} has ${last} events, and event ${seq} follows at index ${index} of the signed log`);
    if (event.prev !== prev?.toString('hex')) throw new Contradiction(`person ${person}: event ${seq}, at index ${index} of the signed log, does not follow the one before it in his chain`);
    const key = headKey(person, purpose);
    const state = purpose === WHOLE_PERSON ? evolvePerson(before ?? nobodySpecial, event) : before;
    this.changedHeads.set(key, { person, purpose, stream: evolve(this.stream(key), event) });
    this.changedPeople.set(person, { person, kind, seq, step: 1, recordedUs: microsOf(event.recordedAt), hash, state });
  }
}
