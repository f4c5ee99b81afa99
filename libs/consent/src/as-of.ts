import type { Decision, LedgerEvent, Status } from '#contracts';
import { isProtective } from './command.js';
import { emptyStream, evolve, type Stream } from './consent.js';
import { askedLists, emptyLists, listsOf, somethingLeft, takeAway, type Lists } from './lists.js';
import type { PurposeRule } from './purposes.js';
import { addMonths } from './time.js';
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

/** What a decision changed in its own time: a grant its complete lists, a withdrawal what was left of those before it. */
function listsAfter({ decision, fact }: LedgerEvent, purpose: PurposeRule, before: Stream): Lists {
  const named = (fact ?? {}) as Lists;
  if (decision === 'grant') return askedLists(purpose, named);
  return decision === 'withdraw' && stands(before) ? takeAway(listsOf(before, purpose), named) : emptyLists(purpose);
}

/** What a late decision meant in its own time, though it changed nothing when it came. */
function lateStream(event: LedgerEvent, purpose: PurposeRule, before: Stream): Stream {
  const { decision = 'withdraw', occurredAt, notice } = event;
  const lists = listsAfter(event, purpose, before);
  const stream = { ...evolve(emptyStream(purpose), event), ...lists, since: occurredAt };
  const hasList = lists.channels !== undefined || lists.partners !== undefined;
  if (decision === 'withdraw' && stands(before) && hasList && somethingLeft(lists)) return { ...stream, status: before.status, allowed: true, validUntil: before.validUntil, notice: before.notice };
  const validUntil = decision === 'grant' && purpose.validMonths !== undefined ? addMonths(occurredAt, purpose.validMonths) : undefined;
  return { ...stream, status: STATUS_OF[decision], allowed: decision === 'grant' || decision === 'lift', validUntil, notice };
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
