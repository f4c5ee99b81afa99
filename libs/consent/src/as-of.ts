import type { Decision, LedgerEvent, Status } from '#contracts';
import { isProtective } from './command.js';
import { emptyStream, evolve, type Stream } from './consent.js';
import type { PurposeRule } from './purposes.js';

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

/** What a late decision meant in its own time, though it changed nothing when it came. */
function lateStream(event: LedgerEvent, purpose: PurposeRule): Stream {
  const stream = evolve(emptyStream(purpose), event);
  const decision = event.decision ?? 'withdraw';
  const allowed = decision === 'grant' || decision === 'lift';
  return { ...stream, status: STATUS_OF[decision], allowed, since: event.occurredAt, validUntil: undefined, notice: event.notice };
}

/**
 * The stream as it held at `asOf`, judged by what the ledger knew at `knownAt` (both inclusive): bitemporal, so a late
 * decision counts for its own time as soon as it is known. `events` are those of one stream, in any order.
 */
export function streamAsOf(events: readonly LedgerEvent[], purpose: PurposeRule, at: { asOf: string; knownAt: string }): Stream {
  const known = events.filter((event) => event.recordedAt <= at.knownAt && event.occurredAt <= at.asOf);
  const last = known.reduce<LedgerEvent | undefined>((best, event) => (best === undefined || overrules(event, best) ? event : best), undefined);
  if (!last) return emptyStream(purpose);
  return last.type === 'decision-recorded' ? lateStream(last, purpose) : evolve(emptyStream(purpose), last);
}
