import { isProtective, refused, unchanged, type Command, type Outcome } from './command.js';
import { givenAtAfter, type Draft, type Stream } from './consent.js';
import { decide } from './decide.js';
import { chosenOf, inEffect } from './effective.js';
import type { PersonState } from './person.js';
import type { PurposeRule } from './purposes.js';

/** The stream of choices after a draft, as far as a further draft of the same decision looks at it. */
const chosenAfter = (before: Stream, draft: Draft): Stream => ({
  ...before,
  ...draft.after,
  status: draft.after.status ?? before.status,
  allowed: draft.after.allowed ?? before.allowed,
  givenAt: givenAtAfter(before, draft),
  preferred: draft.type === 'consent-granted' ? undefined : before.preferred,
});

/** Drafts of choices, one after the other, as events that say what is in force. */
export function allInEffect(drafts: readonly Draft[], purpose: PurposeRule, stream: Stream, person: PersonState, now: string): Draft[] {
  let before = chosenOf(stream);
  return drafts.map((draft) => {
    const shown = inEffect(draft, purpose, before, person, now);
    before = chosenAfter(before, draft);
    return shown;
  });
}

/** Over a restriction, or a word against every channel, a yes that somebody typed asks first, like one over a "no". */
const askedOf = (command: Command, { restrictedSince, suppressed }: PersonState): Command => (restrictedSince !== undefined || suppressed ? { ...command, asksFirst: true } : command);

/** Under restriction a grant counts as a consent given since (GDPR 18(2)), also where the same one stood before. */
function askedAnew(command: Command, stream: Stream): Stream {
  const chosen = chosenOf(stream);
  return stream.status === 'restricted' && command.decision === 'grant' ? { ...chosen, notice: undefined } : chosen;
}

/**
 * One decision of a person for whom something may hold over all purposes: decided from what was chosen before, written as
 * what is in force after. For somebody who was erased a protective decision is done already, and any other is refused.
 */
export function decideUnder(command: Command, stream: Stream, purpose: PurposeRule, person: PersonState): Outcome {
  if (person.erased) return isProtective(command.decision) ? unchanged : refused('person_erased');
  const outcome = decide(askedOf(command, person), askedAnew(command, stream), purpose);
  if (outcome.kind !== 'done') return outcome;
  return { ...outcome, drafts: allInEffect(outcome.drafts, purpose, stream, person, command.recordedAt) };
}
