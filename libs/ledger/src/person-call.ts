import type { Actor, LedgerEvent } from '#contracts';
import type { Draft } from '#consent';
import type { Call, Entry, Holder, Unit, View } from './call.js';
import type { DefinedPurpose } from './catalogue.js';

/** What a call about a whole person needs beside its decision. */
export interface PersonCall {
  request: string;
  holder: Holder;
  actor: Actor;
  /** Every purpose whose stream may be read or written. */
  purposes: DefinedPurpose[];
  evidence?: Record<string, string>;
  idempotency?: Call<unknown>['idempotency'];
  beside?: Call<unknown>['beside'];
  /** Pure. Empty where nothing is to be written; throws a Refusal to stop the call. */
  decide(view: View): Entry[];
}

/** The streams of a view with their purposes, as the domain takes them. */
export const streamsOf = (view: View, purposes: DefinedPurpose[]): { purpose: DefinedPurpose; stream: ReturnType<View['stream']> }[] =>
  purposes.map((purpose) => ({ purpose, stream: view.stream(purpose) }));

/** A `~person` event. */
export const wholePerson = (draft: Draft): Entry => ({ purpose: '~person', draft });

/** The call that writes facts about one person: all of its events in one transaction. `answer` is made from them, and kept where the call is idempotent. */
export function personCall<T = LedgerEvent[]>({ request, holder, actor, purposes, evidence = {}, idempotency, beside, decide }: PersonCall, answer: (events: LedgerEvent[]) => T = (events) => events as T): Call<T> {
  const unit: Unit = { holder, purposes, facts: ['~person'], actor, evidence, decide };
  return { request, units: [unit], idempotency, beside, answer: ([written]) => answer(written?.events ?? []) };
}
