import type { LedgerEvent, NoticeRef } from '#contracts';

/** Under which text a consent was given, and when. */
export interface GivenUnder {
  notice: NoticeRef;
  at: string;
}

type GivenEvent = Pick<LedgerEvent, 'type'> & Partial<Pick<LedgerEvent, 'occurredAt' | 'fact' | 'after'>> & { notice?: NoticeRef };

/**
 * What a `consent-granted` was given under; undefined where no text was shown. One that a merge or split brings was given earlier, to another holder or before
 * what it gives back: its text and its time stand in `after`, or the time, where a part was taken back since, in the fact.
 */
export function givenUnder({ type, notice, occurredAt, fact, after }: GivenEvent): GivenUnder | undefined {
  if (type !== 'consent-granted') return undefined;
  if (notice) return { notice, at: occurredAt ?? '' };
  const { givenAt } = (fact ?? {}) as { givenAt?: string };
  return after?.notice && { notice: after.notice, at: givenAt ?? after.since ?? occurredAt ?? '' };
}
