import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { isOverridden, overrideEndIn } from './consent.js';
import { restrictionEndIn } from './person.js';

/** The types of events after which something may end by itself at another time than before. */
export const TIMED_TYPES = [
  'preferences-changed', 'processing-restricted', 'restriction-lifted', 'objection-lifted', 'objection-raised', 'consent-granted', 'consent-withdrawn', 'consent-refused', 'person-erased', 'person-merged', 'person-split',
] as const satisfies readonly LedgerEvent['type'][];

/** What ends by itself: a pause; and what stands above a choice, a restriction of the person or an override of an objection. */
export const TIMER_KINDS = ['pause', 'stand'] as const;
export type TimerKind = (typeof TIMER_KINDS)[number];

/** What becomes of a timer: it is set, goes, or stays as it was. */
export type TimerStep = { until: string } | 'gone' | 'stays';

type Timed = Pick<LedgerEvent, 'type' | 'purpose' | 'fact' | 'after'>;

const step = (until: string | undefined): TimerStep => (until === undefined ? 'gone' : { until });

const pauseAfter = ({ after = {} }: Timed): TimerStep => step(after.preferences?.pausedUntil ?? after.pausedUntil);

/** A restriction is the whole person's: what his purposes' events say of it has no end of its own. */
function restrictionAfter(event: Timed): TimerStep {
  if (event.after?.restricted !== true) return 'gone';
  const until = restrictionEndIn(event);
  return until === 'same' ? 'stays' : step(until);
}

function overrideAfter(event: Timed): TimerStep {
  if (!isOverridden(event)) return 'gone';
  const until = overrideEndIn(event);
  return until === 'same' ? 'stays' : step(until);
}

const standAfter = (event: Timed): TimerStep => (event.purpose === WHOLE_PERSON ? restrictionAfter(event) : overrideAfter(event));

/** What becomes of a stream's timers by one of its events. Each kind goes by itself: a pause does not end what stands longer. */
export const timersAfter = (event: Timed): Record<TimerKind, TimerStep> => ({ pause: pauseAfter(event), stand: standAfter(event) });
