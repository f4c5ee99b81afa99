import { unchanged, type Outcome, type TimedCommand } from './command.js';
import type { Draft, Stream } from './consent.js';
import { emptyLists, isSmaller, listsOf, ownLists, somethingLeft, takeAway, type Lists } from './lists.js';
import type { PurposeRule } from './purposes.js';
import { addMilliseconds } from './time.js';

/** A consent stands: given or renewed. Whether it has run out is a matter of `validUntil`. */
export const stands = (stream: Stream): boolean => stream.status === 'given' || stream.status === 'renewed';

/** Every way out of a consent is this one event; a partial withdrawal leaves the consent standing. */
export function withdrawalDraft(command: TimedCommand, stream: Stream, left: Lists): Draft {
  const { occurredAt, notice, capture, causes } = command;
  const reason = command.reason ?? (command.actor.kind === 'unverified' ? 'unverified' : 'person');
  const draft = { type: 'consent-withdrawn', decision: 'withdraw', reason, occurredAt, notice, capture, causes } as const;
  const { status, preferences, validUntil } = stream;
  const hasList = left.channels !== undefined || left.partners !== undefined;
  if (stands(stream) && hasList && somethingLeft(left)) {
    const after = { status, allowed: true, ...left, preferences, validUntil, since: occurredAt, notice: stream.notice };
    return { ...draft, after };
  }
  return { ...draft, after: { status: 'withdrawn', allowed: false, ...nothing(left), preferences, since: occurredAt } };
}

const nothing = (lists: Lists): Lists => ({ channels: lists.channels && [], partners: lists.partners && [] });

/** A "no" repeated within a day of the one that stands leaves no trace: a script that repeats it fills nothing. */
const REPEATED_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Until when a further word may be older than a "no" that left no trace, since it repeated the one in force: a day. What was
 * imported comes with its own times, and each of them left its trace.
 */
export const repeatedUntil = ({ since = '', imported }: Stream): string => (imported ? since : addMilliseconds(since, REPEATED_AFTER_MS));

/**
 * Whether a "no" that stands says all that a further one says. One of a later day moves the day, so that no grant of the time
 * between, imported after it, counts for more (rule 10).
 */
export function saysNoAlready({ occurredAt }: TimedCommand, stream: Stream): boolean {
  const { status, since } = stream;
  if (status !== 'withdrawn' && status !== 'refused' && status !== 'objected') return false;
  return since === undefined || occurredAt <= repeatedUntil(stream);
}

/** A withdrawal (GDPR 7(3)). Nothing blocks it; where a "no" stands already it changes nothing. */
export function decideWithdraw(command: TimedCommand, stream: Stream, purpose: PurposeRule): Outcome {
  if (saysNoAlready(command, stream)) return unchanged;
  if (!stands(stream)) return { kind: 'done', drafts: [withdrawalDraft(command, stream, emptyLists(purpose))] };
  const held = listsOf(stream, purpose);
  const named = ownLists(command, purpose);
  const left = takeAway(held, named);
  const takesNothing = (named.channels ?? named.partners) !== undefined && !isSmaller(left, held);
  return takesNothing ? unchanged : { kind: 'done', drafts: [withdrawalDraft(command, stream, left)] };
}

/** A refusal; of a standing consent it is its withdrawal. */
export function decideRefuse(command: TimedCommand, stream: Stream, purpose: PurposeRule): Outcome {
  if (stands(stream)) return decideWithdraw({ ...command, channels: undefined, partners: undefined }, stream, purpose);
  if (saysNoAlready(command, stream)) return unchanged;
  const { occurredAt, notice, capture, causes } = command;
  const after = { status: 'refused', allowed: false, ...emptyLists(purpose), preferences: stream.preferences, since: occurredAt } as const;
  const reason = command.reason === 'import' ? command.reason : undefined;
  return { kind: 'done', drafts: [{ type: 'consent-refused', decision: 'refuse', reason, occurredAt, notice, capture, causes, after }] };
}
