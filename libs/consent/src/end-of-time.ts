import type { Outcome } from './command.js';
import type { Draft, Stream } from './consent.js';
import { chosenOf } from './effective.js';
import { bringTo } from './move.js';
import type { PersonState } from './person.js';
import type { PurposeRule } from './purposes.js';
import { isOver } from './time.js';

const outcomeOf = (drafts: Draft[]): Outcome => (drafts.length > 0 ? { kind: 'done', drafts } : { kind: 'unchanged' });

/**
 * What a pause's end changes: the purpose is in force again as it was chosen. Nothing while a pause still runs, or where
 * something else stands above the choice; so it can be asked at any time.
 */
export function decidePauseEnd(stream: Stream, purpose: PurposeRule, person: PersonState, now: string): Outcome {
  if (stream.preferences?.pausedUntil === undefined || person.erased) return { kind: 'unchanged' };
  return outcomeOf(bringTo(purpose, stream, chosenOf(stream), person, { type: 'preferences-changed', reason: 'operator' }, now));
}

/** An override that was granted for a time only has ended: the objection stands again. Nothing before that time. */
export function decideOverrideEnd(stream: Stream, purpose: PurposeRule, person: PersonState, now: string): Outcome {
  const chosen = chosenOf(stream);
  if (!isOver(stream.overriddenUntil, now) || chosen.status !== 'objected' || !chosen.allowed || person.erased) return { kind: 'unchanged' };
  const to: Stream = { ...chosen, allowed: false, validUntil: undefined, since: now };
  return outcomeOf(bringTo(purpose, stream, to, person, { type: 'objection-raised', reason: 'operator' }, now));
}
