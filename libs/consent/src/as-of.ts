import type { Decision, LedgerEvent, Status } from '#contracts';
import { isProtective } from './command.js';
import { emptyStream, evolve, type Stream } from './consent.js';
import { chosenOf } from './effective.js';
import { emptyLists, listsOf, ownLists, somethingLeft, takeAway, type Lists } from './lists.js';
import type { PurposeRule } from './purposes.js';
import { stands } from './withdraw.js';

const STATUS_OF: Record<Decision, Status> = {
  request: 'requested',
  grant: 'given',
  refuse: 'refused',
  withdraw: 'withdrawn',
  object: 'objected',
  lift: 'unknown',
};

/** Which of two events held at a later moment: the later decision, on a tie the protective one, then the later record. */
function overrules(one: LedgerEvent, other: LedgerEvent): boolean {
  if (one.occurredAt !== other.occurredAt) return one.occurredAt > other.occurredAt;
  const protects = [one, other].map((event) => event.decision !== undefined && isProtective(event.decision));
  return protects[0] === protects[1] ? one.seq > other.seq : protects[0] === true;
}

/** A late withdrawal of a part, in its own time: what is left of the choice before it, and of what was in force of that. */
function partlyWithdrawn(event: LedgerEvent, purpose: PurposeRule, before: Stream): Stream | undefined {
  const chosen = chosenOf(before);
  const named = ownLists((event.fact ?? {}) as Lists, purpose);
  if (event.decision !== 'withdraw' || !stands(chosen) || !(named.channels ?? named.partners)) return undefined;
  const left = takeAway(listsOf(chosen, purpose), named);
  if (!somethingLeft(left)) return undefined;
  const inForce = takeAway(listsOf(before, purpose), named);
  const { version, event: id, recordedAt, occurredAt: since } = event;
  return { ...before, ...inForce, allowed: before.allowed && somethingLeft(inForce), chosen: before.chosen && { ...before.chosen, ...left }, version, event: id, recordedAt, since };
}

/** What a late decision meant in its own time, though it changed nothing when it came. */
function lateStream(event: LedgerEvent, purpose: PurposeRule, before: Stream): Stream {
  const partly = partlyWithdrawn(event, purpose, before);
  if (partly) return partly;
  const { decision = 'withdraw', occurredAt, notice } = event;
  const { channels, partners, validUntil } = (decision === 'grant' ? (event.fact ?? {}) : {}) as Lists & { validUntil?: string };
  const none = emptyLists(purpose);
  const lists = { channels: channels ?? none.channels, partners: partners ?? none.partners };
  return { ...evolve(emptyStream(purpose), event), ...lists, status: STATUS_OF[decision], allowed: decision === 'grant' || decision === 'lift', since: occurredAt, validUntil, notice };
}

/**
 * The stream as it held at `asOf`, judged by what the ledger knew at `knownAt` (both inclusive): bitemporal, so a late
 * decision counts for its own time as soon as it is known. `events` are those of one stream, in any order.
 */
export function streamAsOf(events: readonly LedgerEvent[], purpose: PurposeRule, at: { asOf: string; knownAt: string }): Stream {
  const known = events.filter((event) => event.recordedAt <= at.knownAt && event.occurredAt <= at.asOf);
  const last = known.reduce<LedgerEvent | undefined>((best, event) => (best === undefined || overrules(event, best) ? event : best), undefined);
  if (!last) return emptyStream(purpose);
  if (last.type !== 'decision-recorded') return evolve(emptyStream(purpose), last);
  const before = streamAsOf(known.filter((event) => event !== last), purpose, { ...at, asOf: last.occurredAt });
  return lateStream(last, purpose, before);
}
