import { refused, unchanged, type Outcome } from './command.js';
import { valuesOf, type Stream } from './consent.js';
import { chosenOf } from './effective.js';
import type { PurposeRule } from './purposes.js';
import { isOver } from './time.js';

/** An operator's answer to an objection: it is overridden on a compelling ground (a code), until a time if it names one. */
export interface Override {
  ground: string;
  until?: string;
}

const isSooner = (until: string | undefined, standing: string | undefined): boolean => until !== undefined && (standing === undefined || until < standing);

/**
 * Weighs an objection (GDPR 21(1)): a recorded compelling ground makes the processing allowed again, where the policy says
 * that objections to this purpose are weighed. Against direct marketing there is none (21(2) and (3)). Its end is the event's
 * `validUntil`: whoever was told of it says no from then on by himself. While one stands a further one may end it sooner, and nothing more.
 */
export function decideOverride({ ground, until }: Override, stream: Stream, purpose: PurposeRule, now: string): Outcome {
  if (purpose.directMarketing || !purpose.weighed) return refused('override_not_possible');
  const chosen = chosenOf(stream);
  if (chosen.status !== 'objected') return refused('no_objection');
  if (isOver(until, now)) return refused('override_in_past');
  if (chosen.allowed && !isOver(stream.overriddenUntil, now) && !isSooner(until, stream.overriddenUntil)) return unchanged;
  const after = { ...valuesOf(chosen), status: 'objected', allowed: true, validUntil: until, since: now } as const;
  return { kind: 'done', drafts: [{ type: 'objection-lifted', occurredAt: now, fact: { ground, ...(until !== undefined && { until }) }, after }] };
}
