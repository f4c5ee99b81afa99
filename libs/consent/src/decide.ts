import { isProtective, refused, type Command, type Outcome, type TimedCommand } from './command.js';
import { valuesOf, type Stream } from './consent.js';
import { decideGrant } from './grant.js';
import { askedLists, sorted } from './lists.js';
import { decideLift, decideObject } from './object.js';
import type { PurposeRule } from './purposes.js';
import { decideRequest } from './request.js';
import { decideRefuse, decideWithdraw, repeatedUntil } from './withdraw.js';
import { addMilliseconds, addMonths, later } from './time.js';

const MAY_RUN_AHEAD_MS = 5 * 60 * 1000;

/** Each purpose has one protective decision of its own; the other words for "no" mean the same to the person. */
function ownKind(command: Command, purpose: PurposeRule): Command['decision'] {
  if (!isProtective(command.decision)) return command.decision;
  if (purpose.choice === 'object-lift') return 'object';
  return command.decision === 'object' ? 'withdraw' : command.decision;
}

function impossible(decision: Command['decision'], command: Command, purpose: PurposeRule): Outcome | undefined {
  if (purpose.choice === 'told') return refused('not_switchable');
  if (isProtective(decision)) return undefined;
  if ((decision === 'lift') !== (purpose.choice === 'object-lift')) return refused('decision_not_possible');
  if (command.holder !== purpose.holder) return refused('wrong_holder');
  return (purpose.state ?? 'active') === 'active' ? undefined : refused('purpose_not_active');
}

/**
 * The claimed time, or the ledger's own where that is earlier: a clock that runs ahead makes nothing late that is said after
 * it. What gives is refused when it is too far ahead.
 */
function timeOf({ decision, occurredAt, recordedAt }: Command): string | undefined {
  if (occurredAt === undefined || occurredAt <= recordedAt) return occurredAt ?? recordedAt;
  const tooFar = !isProtective(decision) && occurredAt > addMilliseconds(recordedAt, MAY_RUN_AHEAD_MS);
  return tooFar ? undefined : recordedAt;
}

/** A person's or device's own withdrawal is never late, nor is one typed on a website: it acts when it arrives. */
const neverLate = (command: Command): boolean =>
  isProtective(command.decision) && ['person', 'device', 'unverified'].includes(command.actor.kind);

/** An imported yes counts over the ledger's own "no" only once no repeated "no" can be later than it (rule 10). */
function mayBeOlder({ reason, decision, occurredAt }: TimedCommand, stream: Stream): boolean {
  const no = !stream.allowed && ['withdrawn', 'refused', 'objected'].includes(stream.status);
  return reason === 'import' && !isProtective(decision) && no && occurredAt <= repeatedUntil(stream);
}

/** Late: before the decision in force; on a tie the more protective one wins (rule 12). */
function isLate(command: TimedCommand, stream: Stream): boolean {
  if (stream.since === undefined) return false;
  if (command.occurredAt < stream.since || mayBeOlder(command, stream)) return true;
  return command.occurredAt === stream.since && !isProtective(command.decision) && !stream.allowed;
}

/** What held in its own time goes into the event's `fact`: a grant's complete lists and its end, what a withdrawal named. */
function recordOnly(command: TimedCommand, stream: Stream, purpose: PurposeRule): Outcome {
  const { decision, occurredAt, notice, capture } = command;
  const after = valuesOf(stream);
  const { channels, partners } = decision === 'grant' ? askedLists(purpose, command) : command;
  const validUntil = decision === 'grant' && purpose.validMonths !== undefined ? addMonths(occurredAt, purpose.validMonths) : undefined;
  const named = { ...(channels && { channels: sorted(channels) }), ...(partners && { partners: sorted(partners) }), ...(validUntil !== undefined && { validUntil }) };
  const fact = Object.keys(named).length > 0 ? named : undefined;
  return { kind: 'done', late: true, drafts: [{ type: 'decision-recorded', decision, occurredAt, notice, capture, fact, after }] };
}

const deciders = {
  request: decideRequest,
  grant: decideGrant,
  refuse: decideRefuse,
  withdraw: decideWithdraw,
  object: decideObject,
  lift: decideLift,
} as const;

/**
 * What one decision means for one stream: the events to write, nothing (`unchanged`), or a refusal with its code.
 * Pure: the same command on the same stream always gives the same outcome, and neither is changed.
 */
export function decide(command: Command, stream: Stream, purpose: PurposeRule): Outcome {
  const decision = ownKind(command, purpose);
  const no = impossible(decision, command, purpose);
  if (no) return no;
  const occurredAt = timeOf(command);
  if (occurredAt === undefined) return refused('occurred_in_future');
  const timed: TimedCommand = { ...command, decision, occurredAt };
  if (neverLate(timed)) return deciders[decision]({ ...timed, occurredAt: later(occurredAt, stream.since ?? '') }, stream, purpose);
  const outcome = deciders[decision](timed, stream, purpose);
  if (outcome.kind !== 'done' || !isLate(timed, stream)) return outcome;
  return recordOnly(timed, stream, purpose);
}
