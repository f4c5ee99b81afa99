import { listsRefused } from './asked.js';
import { refused, unchanged, type Outcome, type TimedCommand } from './command.js';
import type { Stream } from './consent.js';
import { askedLists, emptyLists } from './lists.js';
import type { PurposeRule } from './purposes.js';
import { addMilliseconds } from './time.js';
import { stands } from './withdraw.js';

const ASK_AGAIN_AFTER_MS = 24 * 60 * 60 * 1000;

/** Whether a request would change nothing: the consent stands, or one of the last day is open. */
function isRunning(stream: Stream, now: string): boolean {
  if (stands(stream) && (stream.validUntil === undefined || stream.validUntil > now)) return true;
  return stream.open !== undefined && addMilliseconds(stream.open.at, ASK_AGAIN_AFTER_MS) > now;
}

/**
 * A request for a consent that its confirmation will give (double opt-in). It allows nothing; it changes nothing while
 * the consent stands, nor while a request less than a day old is open: one mail a day and purpose (rule 4).
 */
export function decideRequest(command: TimedCommand, stream: Stream, purpose: PurposeRule): Outcome {
  if (!command.notice) return refused('notice_unknown');
  const wrong = listsRefused(command, purpose);
  if (wrong) return wrong;
  if (isRunning(stream, command.recordedAt)) return unchanged;
  const { notice, capture, occurredAt } = command;
  const { preferences } = stream;
  const { channels, partners } = askedLists(purpose, command);
  const after = { status: 'requested', allowed: false, ...emptyLists(purpose), preferences, since: occurredAt } as const;
  const fact = { ...(channels && { channels }), ...(partners && { partners }), ...(command.device && { device: command.device }) };
  return { kind: 'done', drafts: [{ type: 'request-opened', decision: 'request', occurredAt, notice, capture, fact, after }] };
}
