import { givenUnder } from '#consent';
import type { Capture, LedgerEvent, NoticeRef } from '#contracts';
import { rowText } from './row-text.js';

/** What the register of consents needs of an event. */
export type Given = Pick<LedgerEvent, 'type' | 'event' | 'version' | 'recordedAt'> & Partial<Pick<LedgerEvent, 'occurredAt' | 'reason' | 'fact' | 'after'>> & { notice?: NoticeRef; capture?: Capture };

const ENDING: ReadonlySet<string> = new Set(['consent-granted', 'consent-withdrawn', 'consent-refused', 'request-opened', 'objection-raised', 'person-erased', 'person-merged']);
const STANDS: ReadonlySet<string> = new Set(['given', 'renewed']);

/** Whether an event takes the place of a consent before it, or takes it away: what only stands above it does neither. */
function ends({ type, after, fact }: Given): boolean {
  if (type === 'consent-granted') return true;
  const { status } = (fact as { chosen?: { status: string } } | undefined)?.chosen ?? after ?? {};
  return status !== undefined && !STANDS.has(status);
}

/** Every consent that a person gave, under what, and what ended it, as the worker keeps them: rows by purpose and version. */
export class GrantFold {
  readonly rows = new Map<string, string>();
  /** By purpose, the consents that nothing has ended yet; their rows lack only how they ended. */
  private readonly open = new Map<string, { key: string; row: string }>();

  take(kind: string, purpose: string, event: Given): void {
    if (purpose.startsWith('~') || !ENDING.has(event.type)) return;
    if (ends(event)) this.end(purpose, event);
    this.give(kind, purpose, event);
  }

  private end(purpose: string, { type, reason, recordedAt }: Given): void {
    const standing = this.open.get(purpose);
    if (!standing) return;
    this.open.delete(purpose);
    this.rows.set(standing.key, rowText(standing.row, recordedAt, reason === undefined ? type : `${type} ${reason}`));
  }

  private give(kind: string, purpose: string, given: Given): void {
    const under = givenUnder(given);
    if (!under) return;
    const { event, version, recordedAt, capture, after } = given;
    const { id, version: text, locale } = under.notice;
    const key = rowText(purpose, String(version));
    const row = rowText(kind, event, under.at, recordedAt, id, text, locale, capture?.context, capture?.method, capture?.point, after?.validUntil);
    this.open.set(purpose, { key, row });
    this.rows.set(key, rowText(row, '', ''));
  }
}
