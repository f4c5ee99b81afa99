import { unchanged, type Outcome } from './command.js';
import type { Draft, Stream } from './consent.js';
import { later } from './time.js';
import { stands } from './withdraw.js';

/** A consent that ends by itself: nobody decided, so the event carries a reason and no decision. Every list is empty after it. */
export function endedDraft(stream: Stream, end: Pick<Draft, 'reason' | 'occurredAt' | 'causes'> & { status: 'expired' | 'withdrawn' }): Draft {
  const { status, reason, causes } = end;
  const occurredAt = later(end.occurredAt, stream.since ?? '');
  const lists = { channels: stream.channels && [], partners: stream.partners && [] };
  const after = { status, allowed: false, ...lists, preferences: stream.preferences, since: occurredAt } as const;
  return { type: 'consent-withdrawn', reason, occurredAt, causes, after };
}

/** The event that an expiry follows from: the one that set `validUntil`. */
export const causeOfExpiry = (stream: Stream): string | undefined => stream.endsBy ?? stream.event;

/**
 * The expiry of a consent whose `validUntil` has passed at `now`. It is dated at that end, not at the moment in which the
 * ledger came round to it. Does nothing where the consent does not stand any more, or was renewed since `cause` (the event
 * whose validity was found to be over): so it can be decided again at any time, and happens once.
 */
export function decideExpiry(stream: Stream, cause: string, now: string): Outcome {
  const { validUntil } = stream;
  const over = validUntil !== undefined && validUntil <= now;
  if (!over || !stands(stream) || causeOfExpiry(stream) !== cause) return unchanged;
  return { kind: 'done', drafts: [endedDraft(stream, { status: 'expired', reason: 'expired', occurredAt: validUntil, causes: [cause] })] };
}

/** What stands again when a request lapses; a consent that had run out before it was asked for again stays run out. */
function restored(stream: Stream): Draft['after'] {
  const { status = 'unknown', since } = stream.open?.restore ?? {};
  const lists = { channels: stream.channels && [], partners: stream.partners && [] };
  const ran = status === 'given' || status === 'renewed';
  return { status: ran ? 'expired' : status, allowed: false, ...lists, preferences: stream.preferences, since };
}

/**
 * The lapse of a double opt-in request that nobody confirmed until `due`: the status before it stands again, and its token
 * grants nothing. Does nothing where that request is not the open one any more: confirmed, withdrawn, or asked for anew.
 */
export function decideLapse(stream: Stream, request: string, due: string, now: string): Outcome {
  if (stream.open?.event !== request || due > now) return unchanged;
  const draft: Draft = { type: 'request-closed', occurredAt: later(due, stream.since ?? ''), causes: [request], after: restored(stream) };
  return { kind: 'done', drafts: [draft] };
}
