import { unchanged, type Outcome, type TimedCommand } from './command.js';
import { valuesOf, type Draft, type Stream } from './consent.js';
import { latestNo, type LastNo } from './last-no.js';
import { emptyLists, heldLists, isSmaller, ownLists, namedIn, somethingLeft, takeAway, type Lists } from './lists.js';
import type { PurposeRule } from './purposes.js';
import { addMilliseconds, later } from './time.js';

/** A consent stands: given or renewed. Whether it has run out is a matter of `validUntil`. */
export const stands = (stream: Stream): boolean => stream.status === 'given' || stream.status === 'renewed';

/** A "no" repeated within a day of the one that stands leaves no trace: a script that repeats it fills nothing. */
const REPEATED_AFTER_MS = 24 * 60 * 60 * 1000;

/** Who says when he said it, while he is there: his day is the day on which it came. */
const SAID_NOW: ReadonlySet<string> = new Set(['person', 'device', 'unverified']);

/** What an event says of a "no" that may be repeated without a trace; one that is imported comes with its own times, and each leaves its own. */
export function noOf({ occurredAt, recordedAt, reason, actor }: TimedCommand): LastNo {
  const day = SAID_NOW.has(actor.kind) ? recordedAt : occurredAt;
  return { at: occurredAt, until: reason === 'import' ? occurredAt : addMilliseconds(day, REPEATED_AFTER_MS) };
}

/**
 * Every way out of a consent is this one event; a partial withdrawal leaves the consent standing, and says until when it may be
 * repeated. What is left was in force since the yes, so a "no" of before another partial one takes it, and moves no time back.
 */
export function withdrawalDraft(command: TimedCommand, stream: Stream, left: Lists): Draft {
  const { occurredAt, notice, capture, causes } = command;
  const reason = command.reason ?? (command.actor.kind === 'unverified' ? 'unverified' : 'person');
  const draft = { type: 'consent-withdrawn', decision: 'withdraw', reason, occurredAt, notice, capture, causes } as const;
  const { status, preferences, validUntil } = stream;
  const since = later(occurredAt, stream.since ?? '');
  const hasList = left.channels !== undefined || left.partners !== undefined;
  if (stands(stream) && hasList && somethingLeft(left)) {
    const after = { status, allowed: true, ...left, preferences, validUntil, since, notice: stream.notice };
    return { ...draft, fact: { no: noOf(command) }, after };
  }
  return { ...draft, after: { status: 'withdrawn', allowed: false, ...nothing(left), preferences, since } };
}

const nothing = (lists: Lists): Lists => ({ channels: lists.channels && [], partners: lists.partners && [] });

/**
 * Until when a further word may be older than a "no" that left no trace, since it repeated the one in force: a day. What was
 * imported comes with its own times, and each of them left its trace.
 */
export const repeatedUntil = ({ since = '', imported }: Stream): string => (imported ? since : addMilliseconds(since, REPEATED_AFTER_MS));

const NO = new Set<Stream['status']>(['refused', 'withdrawn', 'objected']);

/** A "no" counts also under a request that somebody opened over it, and an objection also where it was overridden. */
export const saysNo = ({ status, open }: Stream): boolean => NO.has(status === 'requested' ? (open?.restore.status ?? status) : status);

/** When what stands was decided; under a request that somebody opened, what stood before it. */
export const decidedAt = ({ status, since, open }: Stream): string | undefined => (status === 'requested' ? open?.restore.since : since);

/** Until when a "no" that stands may have been repeated without a trace: under a request until that came, since it would have closed it. */
export function repeatableUntil(stream: Stream): string {
  const { status, since = '' } = stream;
  const until = repeatedUntil({ ...stream, since: decidedAt(stream) });
  return status === 'requested' && until > since ? since : until;
}

/** When a choice was last a "no" to all, or to what it does not use. */
export function lastNoOf(stream: Stream): LastNo | undefined {
  const at = decidedAt(stream);
  return at !== undefined && saysNo(stream) ? latestNo({ at, until: repeatableUntil(stream) }, stream.lastNo) : stream.lastNo;
}

/** A person's "no" to what is asked on each device goes to those that say yes by now, which his own stream does not tell: it is never said already. What is imported, or said again after a loss, is a word of before. */
const isForDevices = ({ holder, actor, reason }: TimedCommand, purpose: PurposeRule): boolean =>
  purpose.holder === 'device' && holder === 'person' && actor.kind !== 'unverified' && reason !== 'import' && reason !== 'operator';

/**
 * Whether a "no" that stands says all that a further one says. One of a later day moves the day, so that no grant of the time
 * between, imported after it, counts for more (rule 10).
 */
export function saysNoAlready(command: TimedCommand, stream: Stream, purpose: PurposeRule): boolean {
  const { status, since } = stream;
  if (isForDevices(command, purpose) || (status !== 'withdrawn' && status !== 'refused' && status !== 'objected')) return false;
  return since === undefined || command.occurredAt <= repeatedUntil(stream);
}

const NONE: Lists = {};

/** A "no" to a part that is not used takes nothing, and leaves a trace, unless one of its day did: no yes of before it may add that part. */
function takesNothing(command: TimedCommand, stream: Stream, purpose: PurposeRule, { channels, partners }: Lists): Outcome {
  const { occurredAt, notice, capture } = command;
  const mayCome = { channels: channels?.filter((one) => purpose.channels?.includes(one)), partners: partners?.filter((one) => purpose.knownPartners?.includes(one) ?? true) };
  if (!isSmaller(NONE, mayCome) || occurredAt <= later(stream.since ?? '', stream.lastNo?.until ?? '')) return unchanged;
  return { kind: 'done', drafts: [{ type: 'decision-recorded', decision: 'withdraw', occurredAt, notice, capture, fact: { ...namedIn(mayCome), no: noOf(command) }, after: valuesOf(stream) }] };
}

/** A withdrawal (GDPR 7(3)). Nothing blocks it; where a "no" stands already it changes nothing. */
export function decideWithdraw(command: TimedCommand, stream: Stream, purpose: PurposeRule): Outcome {
  if (saysNoAlready(command, stream, purpose)) return unchanged;
  if (!stands(stream)) return { kind: 'done', drafts: [withdrawalDraft(command, stream, emptyLists(purpose))] };
  const held = heldLists(stream, purpose);
  const named = ownLists(command, purpose);
  const left = takeAway(held, named);
  const isNamed = (named.channels ?? named.partners) !== undefined;
  return isNamed && !isSmaller(left, held) ? takesNothing(command, stream, purpose, named) : { kind: 'done', drafts: [withdrawalDraft(command, stream, left)] };
}

/** A refusal; of a standing consent it is its withdrawal. */
export function decideRefuse(command: TimedCommand, stream: Stream, purpose: PurposeRule): Outcome {
  if (stands(stream)) return decideWithdraw({ ...command, channels: undefined, partners: undefined }, stream, purpose);
  if (saysNoAlready(command, stream, purpose)) return unchanged;
  const { occurredAt, notice, capture, causes } = command;
  const after = { status: 'refused', allowed: false, ...emptyLists(purpose), preferences: stream.preferences, since: occurredAt } as const;
  const reason = command.reason === 'import' ? command.reason : undefined;
  return { kind: 'done', drafts: [{ type: 'consent-refused', decision: 'refuse', reason, occurredAt, notice, capture, causes, after }] };
}
