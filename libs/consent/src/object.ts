import { refused, unchanged, type Outcome, type TimedCommand } from './command.js';
import type { Stream } from './consent.js';
import type { PurposeRule } from './purposes.js';
import { saysNoAlready } from './withdraw.js';

/** An objection to processing on legitimate interest (GDPR 21): not allowed from that moment. */
export function decideObject(command: TimedCommand, stream: Stream, purpose: PurposeRule): Outcome {
  if (!stream.allowed && saysNoAlready(command, stream, purpose)) return unchanged;
  const { occurredAt, notice, capture } = command;
  const reason = command.reason === 'import' ? command.reason : undefined;
  const after = { status: 'objected', allowed: false, preferences: stream.preferences, since: occurredAt } as const;
  return { kind: 'done', drafts: [{ type: 'objection-raised', decision: 'object', reason, occurredAt, notice, capture, after }] };
}

/** The person takes an objection back: the default stands again. What somebody typed on a website is not his word, whatever stands. */
export function decideLift(command: TimedCommand, stream: Stream, _purpose: PurposeRule): Outcome {
  if (command.actor.kind === 'unverified') return refused('person_unverified');
  if (stream.status !== 'objected') return unchanged;
  const { occurredAt, notice, capture } = command;
  const after = { status: 'unknown', allowed: true, preferences: stream.preferences, since: occurredAt } as const;
  return { kind: 'done', drafts: [{ type: 'objection-lifted', decision: 'lift', occurredAt, notice, capture, after }] };
}
