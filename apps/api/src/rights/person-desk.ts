import { Injectable } from '@nestjs/common';
import type { ApiKey } from '#access';
import type { LedgerEvent } from '#contracts';
import { addMonths, evolvePerson, personAfter, type Draft } from '#consent';
import { Ledger, MovedBack, MovedOn, personCall, Refusal, uuidv7, whileMerged, wholePerson, type Claim, type DefinedPurpose, type Entry, type Holder, type View } from '#ledger';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { systemActor } from '../consents/change-consent.js';
import type { Idempotency } from '../http/first-answers.js';
import { PeopleTables } from '../people/people-tables.js';

/** What became of a purpose in a call about the whole person. */
export interface Affected {
  purpose: string;
  event: string;
  type: string;
  status?: string;
  allowed?: boolean;
  channels?: string[];
  version: number;
}

export interface Done {
  person: string;
  /** Every event that the call wrote, in order. */
  affected: Affected[];
  /** The right, where one was asked for: the id of its event. */
  right?: string;
  due?: string;
  outcome?: string;
  recordedAt?: string;
}

export interface Asking {
  person: string;
  key: ApiKey;
  evidence?: Record<string, string>;
  /** Identifiers that come to the person. */
  claims?: Claim[];
  /** Under it the answer is kept, with what is written. */
  idempotency?: Idempotency;
  /** Of somebody who was merged it is his own matter all the same: written to him, not to whom he was merged into. */
  ownMatter?: true;
  /** Pure: what is written beside the right. */
  decide(view: View, purposes: DefinedPurpose[]): Entry[];
}

/** What a call answers, from what it wrote. Pure. */
type Answer<T> = (done: Done) => T;

const asItIs = <T>(done: Done): T => done as T;

export type Right = 'access' | 'rectify' | 'restrict' | 'object' | 'erase' | 'complaint';

/** Rights that are met by an answer, and change no state. */
const ANSWERED = new Set<Right>(['access', 'object']);

const MOST_MERGES = 16;

/** A month to answer (GDPR 12(3)). */
const MONTHS_TO_ANSWER = 1;

const affectedBy = (event: LedgerEvent): Affected => {
  const { purpose, event: id, type, version, after = {} } = event;
  return { purpose, event: id, type, status: after.status, allowed: after.allowed, channels: after.channels, version };
};

function doneOf(person: string, events: LedgerEvent[]): Done {
  const asked = events.find((event) => event.type === 'right-requested');
  const closed = events.find((event) => event.type === 'right-closed');
  const { due } = (asked?.fact ?? {}) as { due?: string };
  const { outcome } = (closed?.fact ?? {}) as { outcome?: string };
  return { person, affected: events.map(affectedBy), right: asked?.event, due, outcome, recordedAt: events.at(-1)?.recordedAt };
}

const requested = (right: Right, { person, recordedAt }: View): Entry =>
  wholePerson({ type: 'right-requested', occurredAt: recordedAt, fact: { right, due: addMonths(recordedAt, MONTHS_TO_ANSWER) }, after: personAfter(person) });

/** The person as the entries of the same transaction leave him. */
function personAfterAll(view: View, entries: Entry[]): ReturnType<typeof personAfter> {
  const own = entries.filter(({ purpose }) => purpose === '~person').map(({ draft }): Draft => draft);
  return personAfter(own.reduce(evolvePerson, view.person));
}

/** Who somebody is after the merges that were met. */
function homeBy(moved: ReadonlyMap<string, string>, person: string): string {
  let home = person;
  for (let step = 0; step < MOST_MERGES; step += 1) home = moved.get(home) ?? home;
  return home;
}

/** Facts about whole people, by the one door: each call is one transaction, and names who asked. */
@Injectable()
export class PersonDesk {
  constructor(
    private readonly ledger: Ledger,
    private readonly catalogue: CurrentCatalogue,
    private readonly tables: PeopleTables,
  ) {}

  /** For somebody who was merged it is written to whom he was merged into. Throws 404 for nobody, and a refusal for somebody who was erased. */
  async write<T = Done>(asking: Asking, answer: Answer<T> = asItIs): Promise<T> {
    const moved = new Map<string, string>();
    for (let tries = MOST_MERGES; ; tries -= 1) {
      try {
        return await this.writeTo({ ...asking, person: homeBy(moved, asking.person) }, answer, moved);
      } catch (error) {
        if (!(error instanceof MovedOn || error instanceof MovedBack) || tries === 0) throw error;
        if (error instanceof MovedOn) moved.set(error.person, error.into);
        else moved.delete(error.person);
      }
    }
  }

  private async writeTo<T>({ person, key, evidence, claims, idempotency, ownMatter, decide }: Asking, answer: Answer<T>, moved: ReadonlyMap<string, string>): Promise<T> {
    const kind = await this.tables.holderKind(person);
    const purposes = [...this.catalogue.get().purposes.values()].filter((purpose) => purpose.holder === kind);
    const holder: Holder = { person, kind, claims };
    const guarded = (view: View): Entry[] => {
      if (view.person.erased) throw new Refusal(410, 'person_erased', 'this person was erased; nothing is held that could be changed');
      if (view.person.mergedInto !== undefined && !ownMatter) throw new MovedOn(person, view.person.mergedInto);
      return decide(view, purposes);
    };
    const actor = systemActor(key);
    const call = personCall({ request: uuidv7(), holder, actor, purposes, evidence, idempotency, decide: guarded }, (events) => answer(doneOf(person, events)));
    const guards = [...moved].map(([part, into]) => whileMerged(part, into, actor));
    return this.ledger.append({ ...call, units: [...call.units, ...guards] });
  }

  /** A right that is met at once: asked for, done and closed in one transaction. An erasure stands last. */
  async meet<T = Done>(right: Right, asking: Asking, outcome: string, answer: Answer<T> = asItIs): Promise<T> {
    const decide: Asking['decide'] = (view, purposes) => {
      const entries = asking.decide(view, purposes);
      const closed = (after: Draft['after']): Entry => wholePerson({ type: 'right-closed', occurredAt: view.recordedAt, fact: { right, outcome: entries.length > 0 || ANSWERED.has(right) ? outcome : 'stood-already' }, after });
      if (right === 'erase') return [requested(right, view), closed(personAfter(view.person)), ...entries];
      return [requested(right, view), ...entries, closed(personAfterAll(view, entries))];
    };
    return this.write({ ...asking, decide }, answer);
  }

  /** A right that somebody has to look at: open until it is closed. */
  async open<T = Done>(right: Right, asking: Omit<Asking, 'decide'>, answer: Answer<T> = asItIs): Promise<T> {
    return this.write({ ...asking, decide: (view) => [requested(right, view)] }, answer);
  }
}
