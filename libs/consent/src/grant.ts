import { listsRefused } from './asked.js';
import { refused, unchanged, type Command, type Outcome, type TimedCommand } from './command.js';
import type { Draft, Stream } from './consent.js';
import { askedLists, isSmaller, keepOnly, listsOf, somethingLeft, type Lists } from './lists.js';
import type { PurposeRule } from './purposes.js';
import { decideRequest } from './request.js';
import { addMonths } from './time.js';
import { lastNoOf, stands, withdrawalDraft } from './withdraw.js';

function grantDraft(command: TimedCommand, stream: Stream, purpose: PurposeRule, lists: Lists): Draft {
  const { notice, capture, occurredAt, confirms, causes } = command;
  const validUntil = purpose.validMonths === undefined ? undefined : addMonths(occurredAt, purpose.validMonths);
  const shown = notice && { id: notice.id, version: notice.version, locale: notice.locale };
  const { preferences } = stream;
  const status = stands(stream) ? 'renewed' : 'given';
  return {
    type: 'consent-granted',
    decision: 'grant',
    occurredAt,
    notice,
    capture,
    causes: confirms === undefined ? causes : [confirms],
    after: { status, allowed: true, ...lists, preferences, validUntil, since: occurredAt, notice: shown },
  };
}

const sameNotice = (command: Command, stream: Stream): boolean =>
  command.notice?.id === stream.notice?.id &&
  command.notice?.version === stream.notice?.version &&
  command.notice?.locale === stream.notice?.locale;

/** A grant over a standing consent: what is missing is withdrawn first, what is new or newly shown is granted. */
function regrant(command: TimedCommand, stream: Stream, purpose: PurposeRule, asked: Lists): Outcome {
  const held = listsOf(stream, purpose);
  const kept = keepOnly(held, asked);
  const drafts: Draft[] = [];
  if (isSmaller(kept, held)) drafts.push(withdrawalDraft({ ...command, reason: command.reason ?? 'person' }, stream, kept));
  const moves = purpose.validMonths !== undefined;
  if (isSmaller(kept, asked) || !sameNotice(command, stream) || moves) drafts.push(grantDraft(command, stream, purpose, asked));
  return drafts.length === 0 ? unchanged : { kind: 'done', drafts };
}

/** The confirmation of a request: one grant with the request's lists, or the word that it is closed, or that its notice does not count any more. */
function confirmation(command: TimedCommand, stream: Stream, purpose: PurposeRule): Outcome {
  const { open } = stream;
  if (open?.event !== command.confirms) return stands(stream) ? unchanged : refused('request_closed');
  if (!command.notice) return refused('notice_unknown');
  const lists = askedLists(purpose, { channels: open?.channels, partners: open?.partners });
  return { kind: 'done', drafts: [grantDraft(command, stream, purpose, lists)] };
}

/**
 * Whether a grant asks the person first: what somebody typed, where the purpose wants that, or where he said no and has not
 * said yes since. Else whoever knows his address could undo his word (GDPR 7(1) and (3)).
 */
const asksFirst = ({ actor, asksFirst: always }: Command, stream: Stream, { doubleOptIn }: PurposeRule): boolean =>
  actor.kind === 'unverified' && (always === true || doubleOptIn === true || lastNoOf(stream) !== undefined);

/** Consent given (GDPR 4(11), 7(1)): bound to the notice that was shown; an unverified one may become a request. */
export function decideGrant(command: TimedCommand, stream: Stream, purpose: PurposeRule): Outcome {
  if (command.confirms !== undefined) return confirmation(command, stream, purpose);
  if (!command.notice) return refused('notice_unknown');
  const wrong = listsRefused(command, purpose);
  if (wrong) return wrong;
  if (asksFirst(command, stream, purpose)) return decideRequest(command, stream, purpose);
  const asked = askedLists(purpose, command);
  if (stands(stream)) return regrant(command, stream, purpose, asked);
  return somethingLeft(asked) ? { kind: 'done', drafts: [grantDraft(command, stream, purpose, asked)] } : unchanged;
}
