import type { PoolClient } from 'pg';
import type { Actor, HolderKind, LedgerEvent } from '#contracts';
import type { Draft, PersonState, Stream } from '#consent';
import type { EvidenceItems } from '#vault';
import type { DefinedPurpose } from './catalogue.js';

/** An identifier that a call claims for the holder it makes. */
export interface Claim {
  lookup: Buffer;
  /** The phase of the look-up chain in which nobody was found: in another one the claim is refused, and made anew. */
  phase: number;
  id: string;
  kind: string;
  value: string;
}

/** Whose events a unit writes, and how he was found. */
export interface Holder {
  person: string;
  kind: HolderKind;
  claims?: Claim[];
  via?: { kind: string; id: string };
}

/** An event to write: its purpose (undefined for facts about the whole person or the ledger) and what it says. */
export interface Entry {
  purpose: DefinedPurpose | '~person' | '~ledger';
  draft: Draft;
  /** The identifier under which it was decided, where it is not the holder's of this call. */
  via?: { kind: string; id: string };
}

/** What a unit's `decide` sees: the streams as they stand at `recordedAt`, those changed earlier in the batch included. */
export interface View {
  recordedAt: string;
  /** Of the person's last event. */
  seq: number;
  person: PersonState;
  stream(purpose: DefinedPurpose): Stream;
}

/** All that one call does to one holder: done as a whole, or not at all. */
export interface Unit {
  holder: Holder;
  /** Purposes whose streams `decide` reads or writes. */
  purposes: DefinedPurpose[];
  /** The person's own stream or the ledger's, where `decide` writes a fact to it. */
  facts?: ('~person' | '~ledger')[];
  actor: Actor;
  /** Evidence items by kind, in clear; they are sealed with the holder's key. */
  evidence: EvidenceItems;
  /** Pure; may be called again when somebody else changed the person meanwhile. Throws a Refusal to stop the whole call. */
  decide(view: View): Entry[];
}

/** What became of a unit: the events that its call wrote for this holder, and the streams after them. */
export interface Written {
  person: string;
  events: LedgerEvent[];
  /** An earlier try of the same call wrote them, or another one that was made at the same time. */
  before: boolean;
  streams: Map<string, Stream>;
}

/**
 * Runs in the transaction of a call's events, after them, and only where the call wrote some: what it writes is written with them, and where it
 * throws nothing is.
 */
export type Beside = (client: Pick<PoolClient, 'query'>) => Promise<void>;

/** One call: its units are appended together; each person is atomic for himself. */
export interface Call<T> {
  request: string;
  units: Unit[];
  beside?: Beside;
  idempotency?: { scope: string; key: string; bodyHash: Buffer };
  /** Made from what was written; kept as the first answer where the call is idempotent. */
  answer(written: Written[]): T;
}

/** A call that must not be done: the caller's fault, with a stable code. Nothing of it was written. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly members: Record<string, unknown> = {},
  ) {
    super(detail);
  }
}

/** The identifiers of a call were claimed by another one meanwhile: find the holder again, then append again. */
export class ClaimLost extends Error {}

/** The person was merged into another one: the call is for that one. */
export class MovedOn extends ClaimLost {
  constructor(
    readonly person: string,
    readonly into: string,
  ) {
    super('the person was merged');
  }
}

/** The person has been told something since his history was read: it is read anew. */
export class ReadBefore extends ClaimLost {
  constructor(readonly person: string) {
    super('the person has changed since his history was read');
  }
}

/** The person is himself again: the call that moved on is for him after all. */
export class MovedBack extends ClaimLost {
  constructor(readonly person: string) {
    super('the person was split off meanwhile');
  }
}

/**
 * Beside what a call writes for `into`: it is written only while `person` is a part of him. So whatever comes in the moment of
 * a split is either the part's own, or stands in the merged person's history before he is released.
 */
export function whileMerged(person: string, into: string, actor: Actor): Unit {
  const decide = (view: View): Entry[] => {
    if (view.person.mergedInto !== into) throw new MovedBack(person);
    return [];
  };
  return { holder: { person, kind: 'person' }, purposes: [], facts: ['~person'], actor, evidence: {}, decide };
}

/** What a caller is told by a process whose keyring has not been brought up to date. */
export const WITHOUT_KEY = 'the keyring of this process lacks a key of the ledger';

/** The ledger cannot take this now; the same call may be sent again after a pause. */
export class Unavailable extends Error {
  constructor(
    detail: string,
    readonly retryAfterSeconds = 1,
  ) {
    super(detail);
  }
}
