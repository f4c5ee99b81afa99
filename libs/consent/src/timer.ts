import type { LedgerEvent } from '#contracts';

/** The types of events after which something may end by itself at another time than before. */
export const TIMED_TYPES = [
  'preferences-changed', 'processing-restricted', 'restriction-lifted', 'objection-lifted', 'objection-raised', 'consent-granted', 'consent-withdrawn', 'consent-refused', 'person-erased', 'person-merged', 'person-split',
] as const satisfies readonly LedgerEvent['type'][];

type Timed = Pick<LedgerEvent, 'type' | 'fact' | 'after'>;

/** When something that an event says ends by itself: a pause, a restriction or an override that was given a time. */
function endOf({ type, fact, after = {} }: Timed): string | undefined {
  const paused = after.preferences?.pausedUntil ?? after.pausedUntil;
  const given = type === 'processing-restricted' || (type === 'objection-lifted' && after.status === 'objected');
  const { until } = (fact ?? {}) as { until?: string };
  return given ? (until ?? paused) : paused;
}

/** An override or a restriction that stands after an event about something else: its end stays noted. */
const goesOn = ({ type, after = {} }: Timed): boolean =>
  (after.status === 'objected' && after.allowed === true && type !== 'objection-lifted') || (after.restricted === true && type !== 'processing-restricted');

/** What becomes of a stream's timer by one of its events: it is set, goes, or stays as it was. */
export function timerAfter(event: Timed): { until: string } | 'gone' | 'stays' {
  const until = endOf(event);
  if (until !== undefined) return { until };
  return goesOn(event) ? 'stays' : 'gone';
}
