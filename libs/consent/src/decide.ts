import { isProtective, refused, type Command, type Outcome, type TimedCommand } from './command.js';
import { valuesOf, type Draft, type Stream } from './consent.js';
import { decideGrant } from './grant.js';
import { askedLists, isSmaller, keepOnly, listsOf, namedIn } from './lists.js';
import { decideLift, decideObject } from './object.js';
import type { PurposeRule } from './purposes.js';
import { decideRequest } from './request.js';
import { decidedAt, decideRefuse, decideWithdraw, noOf, repeatableUntil, saysNo, stands, withdrawalDraft } from './withdraw.js';
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

/** Until when a yes may be older than a "no" that left no trace: of the one in force, and of the last that took nothing. */
function noUntil(stream: Stream): string {
  return later(!stream.allowed && saysNo(stream) ? repeatableUntil(stream) : '', stream.lastNo?.until ?? '');
}

/** An imported yes counts over the ledger's own "no" only once no repeated "no" can be later than it (rule 10). */
const mayBeOlder = ({ reason, decision, occurredAt }: TimedCommand, stream: Stream): boolean => reason === 'import' && !isProtective(decision) && occurredAt <= noUntil(stream);

/** Whether a yes is older than a "no" that took nothing: the decision in force may be older still. What is said now is older than nothing. */
const isBeforeNo = ({ decision, occurredAt, recordedAt }: TimedCommand, { lastNo }: Stream): boolean =>
  !isProtective(decision) && lastNo !== undefined && occurredAt <= lastNo.at && occurredAt < recordedAt;

/** Whether a decision gives something as soon as it is written: a request gives nothing yet. */
const gives = (drafts: readonly Draft[]): boolean => drafts.some(({ type }) => type === 'consent-granted' || type === 'objection-lifted');

/** Late: before the decision in force; on a tie the more protective one wins (rule 12). */
function isLate(command: TimedCommand, stream: Stream, drafts: readonly Draft[]): boolean {
  const { decision, occurredAt } = command;
  if (gives(drafts) && (isBeforeNo(command, stream) || mayBeOlder(command, stream))) return true;
  if (stream.since === undefined) return false;
  return occurredAt < stream.since || (occurredAt === stream.since && !isProtective(decision) && !stream.allowed);
}

/** Where a part was taken back, what is left is in force since the yes: a "no" of after it is not late, though the part went later. */
const isAfterYes = ({ decision, occurredAt }: TimedCommand, stream: Stream): boolean => isProtective(decision) && stands(stream) && stream.givenAt !== undefined && occurredAt >= stream.givenAt;

/** What a yes means beside what it asked for: when it ends, and whether a "no" that took nothing may be later, so that it counts at no time. */
function ofYes(command: TimedCommand, stream: Stream, purpose: PurposeRule): object {
  const isGrant = command.decision === 'grant';
  const validUntil = isGrant && purpose.validMonths !== undefined ? addMonths(command.occurredAt, purpose.validMonths) : undefined;
  const counts = command.occurredAt < (decidedAt(stream) ?? '') || !(isBeforeNo(command, stream) || mayBeOlder(command, stream));
  return { ...namedIn(isGrant ? askedLists(purpose, command) : command), ...(validUntil !== undefined && { validUntil }), ...(!counts && { beforeNo: true }) };
}

/** A "no" of before a request that waits is the last one again when that lapses. */
const ofNo = (command: TimedCommand, { open }: Stream): object => ({ ...namedIn(command), ...(open && { no: noOf(command) }) });

/** What held in its own time goes into the event's `fact`: a grant's complete lists and its end, what a withdrawal named. */
function recordOnly(command: TimedCommand, stream: Stream, purpose: PurposeRule): Draft {
  const { decision, occurredAt, notice, capture } = command;
  const said = isProtective(decision) ? ofNo(command, stream) : ofYes(command, stream, purpose);
  const fact = Object.keys(said).length > 0 ? { ...said } : undefined;
  return { type: 'decision-recorded', decision, occurredAt, notice, capture, fact, after: valuesOf(stream) };
}

/**
 * A yes to a standing consent, of after it and before a "no" that took nothing: it adds nothing, and what it leaves out is
 * taken back, for its lists are complete.
 */
function withoutMore(command: TimedCommand, stream: Stream, purpose: PurposeRule, drafts: Draft[]): Outcome {
  const [held, asked] = [listsOf(stream, purpose), askedLists(purpose, command)];
  const kept = keepOnly(held, asked);
  if (!isSmaller(kept, asked)) return { kind: 'done', drafts: drafts.map((draft) => (draft.type === 'consent-granted' ? { ...draft, fact: { no: stream.lastNo } } : draft)) };
  const recorded = recordOnly(command, stream, purpose);
  return isSmaller(kept, held) ? { kind: 'done', drafts: [recorded, withdrawalDraft(command, stream, kept)] } : { kind: 'done', late: true, drafts: [recorded] };
}

function asLate(command: TimedCommand, stream: Stream, purpose: PurposeRule, drafts: Draft[]): Outcome {
  const isBetween = command.decision === 'grant' && stands(stream) && command.occurredAt >= (stream.since ?? '');
  return isBetween ? withoutMore(command, stream, purpose, drafts) : { kind: 'done', late: true, drafts: [recordOnly(command, stream, purpose)] };
}

/** A "no" of before a part went names what it took: what went later was still there in its time. */
const namingParts = ({ channels, partners }: TimedCommand, drafts: Draft[]): Draft[] => drafts.map((draft) => (draft.after.allowed ? { ...draft, fact: { ...draft.fact, ...namedIn({ channels, partners }) } } : draft));

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
  if (outcome.kind !== 'done' || !isLate(timed, stream, outcome.drafts)) return outcome;
  if (isAfterYes(timed, stream)) return { ...outcome, drafts: namingParts(timed, outcome.drafts) };
  return asLate(timed, stream, purpose, outcome.drafts);
}
