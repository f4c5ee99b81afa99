import type { Pool } from 'pg';
import { STATISTICS } from '../purposes.js';
import { ALLOWED_NOW } from '../store/allowed.js';
import { SEGMENTS, type Reaction, type Segment, type Summary } from './summary.js';

const COUNTERS = `
  SELECT
    (SELECT count(*) FROM samtycke_consumer.consent_state s WHERE s.purpose = '${STATISTICS}' AND ${ALLOWED_NOW})::int AS "allowedDevices",
    (SELECT count(*) FROM analytics.profiles)::int AS "sortedDevices",
    (SELECT count(*) FROM analytics.views)::int AS views,
    (SELECT count(DISTINCT device) FROM analytics.views)::int AS "countedDevices",
    (SELECT count(*) FROM analytics.views WHERE at >= date_trunc('day', $1::timestamptz, 'UTC'))::int AS "viewsToday",
    (SELECT coalesce(sum(views), 0) FROM analytics.plain_counts WHERE day = ($1::timestamptz AT TIME ZONE 'UTC')::date)::int AS "plainToday",
    t.views_deleted::float8 AS "viewsDeleted", t.devices_forgotten::float8 AS "devicesForgotten"
  FROM analytics.totals t`;

const MINUTES = `
  SELECT m AS at, count(v.number)::int AS counted
  FROM generate_series(date_trunc('minute', $1::timestamptz) - interval '59 minutes', $1::timestamptz, interval '1 minute') m
  LEFT JOIN analytics.views v ON v.at >= m AND v.at < m + interval '1 minute'
  GROUP BY m ORDER BY m`;

const DAYS = `
  WITH counted AS (
    SELECT (at AT TIME ZONE 'UTC')::date AS day, count(*)::int AS views FROM analytics.views
    WHERE at >= date_trunc('day', $1::timestamptz, 'UTC') - interval '29 days' GROUP BY 1
  ), plain AS (
    SELECT day, sum(views)::int AS views FROM analytics.plain_counts WHERE day >= ($1::timestamptz AT TIME ZONE 'UTC')::date - 29 GROUP BY 1
  )
  SELECT d::date::text AS day, coalesce(counted.views, 0) AS counted, coalesce(plain.views, 0) AS plain
  FROM generate_series(($1::timestamptz AT TIME ZONE 'UTC')::date - 29, ($1::timestamptz AT TIME ZONE 'UTC')::date, interval '1 day') d
  LEFT JOIN counted ON counted.day = d::date LEFT JOIN plain ON plain.day = d::date
  ORDER BY d`;

const PAGES = `
  SELECT path, max(title) AS title, sum(counted)::int AS counted, sum(plain)::int AS plain FROM (
    SELECT path, max(title) AS title, count(*) AS counted, 0 AS plain FROM analytics.views WHERE at >= $1::timestamptz - interval '30 days' GROUP BY path
    UNION ALL
    SELECT path, NULL, 0, sum(views) FROM analytics.plain_counts WHERE day > ($1::timestamptz AT TIME ZONE 'UTC')::date - 30 GROUP BY path
  ) both_kinds GROUP BY path ORDER BY sum(counted) + sum(plain) DESC, path LIMIT 8`;

const DEVICES_BY_SEGMENT = `
  SELECT CASE WHEN contact_views > 0 THEN 'wants-contact' WHEN product_views >= 2 THEN 'compares-products'
    WHEN days >= 2 THEN 'comes-back' ELSE 'looks-around' END AS segment, count(*)::int AS devices
  FROM analytics.profiles GROUP BY 1`;

const REACTIONS = `
  SELECT number::int, at, greatest(0, extract(epoch FROM at - recorded_at) * 1000)::float8 AS after_ms,
    type, purpose, reason, allowed, views_deleted, profiles_deleted
  FROM analytics.reactions ORDER BY number DESC LIMIT 40`;

interface ReactionRow {
  number: number;
  at: Date;
  after_ms: number;
  type: string;
  purpose: string;
  reason: string | null;
  allowed: boolean;
  views_deleted: number;
  profiles_deleted: number;
}

const reactionOf = ({ at, after_ms, views_deleted, profiles_deleted, ...row }: ReactionRow): Reaction => ({
  ...row,
  at: at.toISOString(),
  afterMs: Math.round(after_ms),
  viewsDeleted: views_deleted,
  profilesDeleted: profiles_deleted,
});

/** Reads what the page shows, as of `now`. Throws what the database throws. */
export async function readSummary(pool: Pool, now: Date): Promise<Omit<Summary, 'at' | 'following'>> {
  const [counters, minutes, days, pages, bySegment, reactions] = await Promise.all([
    pool.query<Summary['counters']>(COUNTERS, [now]),
    pool.query<{ at: Date; counted: number }>(MINUTES, [now]),
    pool.query<Summary['days'][number]>(DAYS, [now]),
    pool.query<Summary['pages'][number]>(PAGES, [now]),
    pool.query<{ segment: Segment; devices: number }>(DEVICES_BY_SEGMENT),
    pool.query<ReactionRow>(REACTIONS),
  ]);
  const [found] = counters.rows;
  if (!found) throw new Error('the totals are missing');
  const devices = new Map(bySegment.rows.map((row) => [row.segment, row.devices]));
  return {
    counters: found,
    minutes: minutes.rows.map((row) => ({ at: row.at.toISOString(), counted: row.counted })),
    days: days.rows,
    pages: pages.rows,
    segments: SEGMENTS.map((segment) => ({ segment, devices: devices.get(segment) ?? 0 })),
    reactions: reactions.rows.map(reactionOf),
  };
}

/** How many views are held of one device, and whether it is in a segment. */
export async function readDevice(pool: Pool, device: string): Promise<{ views: number; segmented: boolean }> {
  const sql = `
    SELECT (SELECT count(*) FROM analytics.views WHERE device = $1)::int AS views,
      EXISTS (SELECT 1 FROM analytics.profiles WHERE device = $1) AS segmented`;
  const { rows } = await pool.query<{ views: number; segmented: boolean }>(sql, [device]);
  return rows[0] ?? { views: 0, segmented: false };
}
