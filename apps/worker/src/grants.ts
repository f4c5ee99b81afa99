import type { Pool } from 'pg';
import { givenUnder } from '#consent';
import type { LedgerEvent } from '#contracts';
import type { Job } from './follow-log.js';

const COLUMNS = 'person, purpose, version, kind, event, granted_at, recorded_at, notice, notice_version, locale, context, method, point, valid_until';
const TYPES = '$2::uuid[], $3::text[], $4::int[], $5::text[], $6::uuid[], $7::timestamptz[], $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::timestamptz[]';
const NOTE = `
INSERT INTO grants (ledger, ${COLUMNS}) SELECT $1, * FROM unnest(${TYPES}) ON CONFLICT DO NOTHING`;
/**
 * Ends what stands under an earlier version of the stream, by the first event that does; one that ended stays as it is. The
 * rows are found once, by their key, and written by their place: only the leading worker changes them (a repair makes them anew).
 */
export const END_GRANTS = `
WITH said AS MATERIALIZED (
  SELECT * FROM unnest($2::uuid[], $3::text[], $4::int[], $5::timestamptz[], $6::text[]) AS s(person, purpose, version, at, by)),
ended AS MATERIALIZED (
  SELECT DISTINCT ON (s.person, s.purpose, g.version) g.place, s.at, s.by
  FROM said s CROSS JOIN LATERAL (SELECT ctid AS place, version FROM grants
    WHERE ledger = $1 AND person = s.person AND purpose = s.purpose AND version < s.version AND ended_at IS NULL ORDER BY version OFFSET 0) g
  ORDER BY s.person, s.purpose, g.version, s.version)
UPDATE grants g SET ended_at = e.at, ended_by = e.by
FROM ended e WHERE g.ctid = e.place`;

const STANDS = new Set(['given', 'renewed']);

/** Whether an event takes the place of a consent before it, or takes it away: what only stands above it does neither. */
function ends({ type, after, fact }: LedgerEvent): boolean {
  if (type === 'consent-granted') return true;
  const { status } = (fact as { chosen?: { status: string } } | undefined)?.chosen ?? after ?? {};
  return status !== undefined && !STANDS.has(status);
}

const column = <Event>(events: Event[], value: (event: Event) => unknown): unknown[] => events.map(value);

/** Keeps every consent that was given with what it was given under, and what ended it: a projection of the log, for searching. The canary's are nobody's. */
export const grantRegister = ({ pool, ledger }: { pool: Pool; ledger: number }): Job => ({
  name: 'grants',
  types: ['consent-granted', 'consent-withdrawn', 'consent-refused', 'request-opened', 'objection-raised', 'person-erased', 'person-merged'],
  async handle(event) {
    await this.handleAll?.([event]);
  },
  async handleAll(all) {
    const events = all.filter(({ purpose, actor }) => !purpose.startsWith('~') && !(actor.kind === 'ledger' && actor.id === 'canary'));
    const given = events.flatMap((event) => {
      const under = givenUnder(event);
      return under ? [{ ...event, under }] : [];
    });
    if (given.length > 0) {
      await pool.query({ name: 'note-grants', text: NOTE, values: [
        ledger, column(given, (one) => one.person), column(given, (one) => one.purpose), column(given, (one) => one.version), column(given, (one) => one.kind), column(given, (one) => one.event),
        column(given, (one) => one.under.at), column(given, (one) => one.recordedAt), column(given, (one) => one.under.notice.id), column(given, (one) => one.under.notice.version), column(given, (one) => one.under.notice.locale),
        column(given, (one) => one.capture?.context ?? null), column(given, (one) => one.capture?.method ?? null), column(given, (one) => one.capture?.point ?? null), column(given, (one) => one.after?.validUntil ?? null),
      ] });
    }
    const ending = events.filter(ends);
    if (ending.length === 0) return;
    await pool.query({ name: 'end-grants', text: END_GRANTS, values: [ledger, column(ending, (one) => one.person), column(ending, (one) => one.purpose), column(ending, (one) => one.version), column(ending, (one) => one.recordedAt), column(ending, ({ type, reason }) => (reason === undefined ? type : `${type} ${reason}`))] });
  },
});
