import type { LedgerEvent } from '#contracts';
import { later } from './time.js';

/**
 * A "no" that took nothing: when it was said, and until when another one may have been said that left no trace. No yes of
 * before it adds anything (rule 10), though the decision in force is an older one. An event carries it as `fact.no`.
 */
export interface LastNo {
  at: string;
  until: string;
}

type Recorded = Pick<LedgerEvent, 'type' | 'fact' | 'occurredAt' | 'after'>;

const factIn = ({ fact }: Pick<Recorded, 'fact'>): { no?: LastNo; beforeNo?: true } => fact ?? {};

/** The "no" that an event names. */
export const noIn = (event: Pick<Recorded, 'fact'>): LastNo | undefined => factIn(event).no;

/** Of several, the latest of each time. */
export const latestNo = (...all: (LastNo | undefined)[]): LastNo | undefined =>
  all.reduce((one, other) => (one && other ? { at: later(one.at, other.at), until: later(one.until, other.until) } : (one ?? other)), undefined);

/** A "no" of which another one knows not yet; undefined where it does. */
export const laterThan = (no: LastNo | undefined, known: LastNo | undefined): LastNo | undefined => (no && (!known || no.at > known.at || no.until > known.until) ? no : undefined);

/** The last "no" after an event. A yes ends the time of every "no" before it; of one that is later than itself it says so. */
export function lastNoAfter(lastNo: LastNo | undefined, event: Recorded): LastNo | undefined {
  const no = noIn(event);
  const gives = event.type === 'consent-granted' || event.type === 'objection-lifted';
  return gives && lastNo && lastNo.at <= (event.after?.since ?? '') ? no : latestNo(lastNo, no);
}

/** A "no" to what was not used, in its place in time. */
export const tookNothing = (event: Recorded): boolean => noIn(event) !== undefined && event.occurredAt >= (event.after?.since ?? '');

/** Whether a decision was recorded only because a later one is in force. */
export const isOnlyRecorded = (event: Recorded): boolean => event.type === 'decision-recorded' && !tookNothing(event);

/** A yes of before a "no" that took nothing, or may be: it counts at no time. */
export const isBeforeNo = (event: Recorded): boolean => event.type === 'decision-recorded' && factIn(event).beforeNo === true;
