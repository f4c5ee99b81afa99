import type { Pool } from 'pg';
import { supersededFrom } from '#consent';
import { microsOf, readPublications, timeText } from '#ledger';

/** What is searched for: consents of a purpose under one version of a text. */
export interface GrantFilter {
  purpose: string;
  notice: string;
  version: string;
  locale?: string;
  /** Times of giving: from, up to and without. */
  from?: string;
  to?: string;
  /** Collection context and point. */
  context?: string;
  point?: string;
  /** Only those that hold now, or only those that do not. */
  valid?: boolean;
}

export interface FoundGrant {
  person: string;
  kind: string;
  purpose: string;
  version: number;
  event: string;
  grantedAt: string;
  recordedAt: string;
  notice: { id: string; version: string; locale: string };
  capture: { context?: string; method?: string; point?: string };
  /** Whether it holds now. */
  valid: boolean;
  validUntil?: string;
  endedAt?: string;
  endedBy?: string;
}

export interface GrantPage {
  consents: FoundGrant[];
  /** Behind the last of them; absent on the last page. */
  next?: string;
}

export interface GrantCount {
  count: number;
  /** How many of them hold now. */
  valid: number;
  /** The log index up to which all is counted; what is newer follows within a second. */
  upTo: number;
}

/** A cursor that is none. */
export class CursorProblem extends Error {}

interface Row {
  person: string;
  kind: string;
  version: number;
  event: string;
  granted: string;
  recorded: string;
  locale: string;
  context: string | null;
  method: string | null;
  point: string | null;
  valid: boolean;
  until: string | null;
  ended: string | null;
  by: string | null;
}

const HOLDS = `(ended_at IS NULL AND coalesce(valid_until, 'infinity') > $11::timestamptz)`;
const WHERE = `ledger = $1 AND purpose = $2 AND notice = $3 AND notice_version = $4
  AND granted_at >= $5::timestamptz AND granted_at < $6::timestamptz
  AND ($7::text IS NULL OR locale = $7) AND ($8::text IS NULL OR context = $8) AND ($9::text IS NULL OR point = $9) AND ($10::bool IS NULL OR ${HOLDS} = $10)`;
const micros = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::bigint`;
export const SEARCH = `
SELECT person, kind, version, event, ${micros('granted_at')} AS granted, ${micros('recorded_at')} AS recorded, locale, context, method, point,
  ${HOLDS} AS valid, ${micros('valid_until')} AS until, ${micros('ended_at')} AS ended, ended_by AS by
FROM grants WHERE ${WHERE} AND (granted_at, person, version) > ($12::timestamptz, $13::uuid, $14::int)
ORDER BY granted_at, person, version LIMIT $15`;
export const COUNT = `SELECT count(*) AS count, count(*) FILTER (WHERE ${HOLDS}) AS valid FROM grants WHERE ${WHERE}`;
const UP_TO = `SELECT coalesce((SELECT next FROM leases WHERE ledger = $1 AND role = 'grants'), 0) AS next`;

const valuesOf = (ledger: number, filter: GrantFilter, now: string): unknown[] => {
  const { purpose, notice, version, from = '-infinity', to = 'infinity', locale, context, point, valid } = filter;
  return [ledger, purpose, notice, version, from, to, locale, context, point, valid, now];
};

/**
 * The time by which consents are judged: from the day on which a material change took this version's place none holds, though the worker
 * takes a while to write their withdrawals.
 */
async function judgedAt(pool: Pool, ledger: number, { notice, version }: GrantFilter, now: string): Promise<string> {
  const end = supersededFrom(await readPublications(pool, ledger), { id: notice, version });
  return end !== undefined && end <= now ? 'infinity' : now;
}

const START = ['-infinity', '00000000-0000-0000-0000-000000000000', 0] as const;
const CURSOR = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(\d{1,9})$/;

/** JavaScript takes 31 February for 2 March; PostgreSQL does not. */
const isTime = (text: string): boolean => Number.isFinite(microsOf(text)) && timeText(microsOf(text)) === text;

function behind(cursor: string | undefined): readonly (string | number)[] {
  if (cursor === undefined) return START;
  const [, time, person, version] = CURSOR.exec(cursor) ?? [];
  if (time === undefined || person === undefined || !isTime(time)) throw new CursorProblem('this is no cursor of a page');
  return [time, person, Number(version)];
}

const time = (value: string | null): string | undefined => (value === null ? undefined : timeText(Number(value)));

function found({ purpose, notice, version: noticeVersion }: GrantFilter, row: Row): FoundGrant {
  const { person, kind, version, event, locale, valid } = row;
  const capture = { context: row.context ?? undefined, method: row.method ?? undefined, point: row.point ?? undefined };
  const times = { grantedAt: time(row.granted) ?? '', recordedAt: time(row.recorded) ?? '', validUntil: time(row.until), endedAt: time(row.ended), endedBy: row.by ?? undefined };
  return { person, kind, purpose, version, event, notice: { id: notice, version: noticeVersion, locale }, capture, valid, ...times };
}

/** One page of what was given, the oldest first. Throws a CursorProblem. */
export async function searchGrants(pool: Pool, ledger: number, filter: GrantFilter, { cursor, limit, now }: { cursor?: string; limit: number; now: string }): Promise<GrantPage> {
  const place = behind(cursor);
  const values = [...valuesOf(ledger, filter, await judgedAt(pool, ledger, filter, now)), ...place, limit + 1];
  const { rows } = await pool.query<Row>({ name: 'search-grants', text: SEARCH, values });
  const consents = rows.slice(0, limit).map((row) => found(filter, row));
  const last = consents.at(-1);
  return { consents, ...(rows.length > limit && last && { next: `${last.grantedAt}_${last.person}_${last.version}` }) };
}

export async function countGrants(pool: Pool, ledger: number, filter: GrantFilter, now: string): Promise<GrantCount> {
  const { rows: upTo } = await pool.query<{ next: string }>(UP_TO, [ledger]);
  const { rows } = await pool.query<{ count: string; valid: string }>(COUNT, valuesOf(ledger, filter, await judgedAt(pool, ledger, filter, now)));
  return { count: Number(rows[0]?.count), valid: Number(rows[0]?.valid), upTo: Number(upTo[0]?.next) - 1 };
}

/** All pages; memory does not grow. */
export async function* exportGrants(pool: Pool, ledger: number, filter: GrantFilter, now: string): AsyncGenerator<FoundGrant[]> {
  for (let cursor: string | undefined; ; ) {
    const { consents, next } = await searchGrants(pool, ledger, filter, { cursor, limit: 2_000, now });
    if (consents.length > 0) yield consents;
    if (next === undefined) return;
    cursor = next;
  }
}

/** The filter as a trace of readings tells it. */
export const filterText = (filter: GrantFilter): string =>
  Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${String(value)}`])).join(' ');
