import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import type { Chosen } from './consent.js';

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

/** An override may lie under a restriction or a pause: then it stands in what was chosen. */
function isOverridden({ fact, after = {} }: Timed): boolean {
  const { status, allowed } = (fact as { chosen?: Chosen } | undefined)?.chosen ?? after;
  return status === 'objected' && allowed === true;
}

/** A restriction is the whole person's: what his purposes' events say of it has no end of its own. */
function standAfter(event: Timed): TimerStep {
  const [stands, begins] = event.purpose === WHOLE_PERSON ? [event.after?.restricted === true, 'processing-restricted'] : [isOverridden(event), 'objection-lifted'];
  if (!stands) return 'gone';
  return event.type === begins ? step((event.fact as { until?: string } | undefined)?.until) : 'stays';
}

/** What becomes of a stream's timers by one of its events. Each kind goes by itself: a pause does not end what stands longer. */
export const timersAfter = (event: Timed): Record<TimerKind, TimerStep> => ({ pause: pauseAfter(event), stand: standAfter(event) });
