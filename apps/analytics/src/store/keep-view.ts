import type { Pool } from 'pg';
import { SEGMENTATION, STATISTICS } from '../purposes.js';
import { ALLOWED_NOW } from './allowed.js';

/** One page view, tidied. */
export interface View {
  device?: string;
  path: string;
  title?: string;
  /** Name of the host that the visitor came from. */
  referrer?: string;
  at: Date;
}

/** Where a view shows what a visitor looks for. */
const PRODUCTS = '^/produkter(/|$)';
const CONTACT = '^/kontakt(/|$)';

/**
 * One statement. It locks the device's state rows (shared, in the order in which the consumer locks them) before it
 * inserts anything, and looks at them again if it had to wait. So a withdrawal either comes first, and nothing is
 * inserted, or it waits until the view is committed, and deletes it with the rest.
 * A view that had to wait is kept only for a consent that was given before the view came: consent never reaches back.
 */
const KEEP = `
  WITH state AS MATERIALIZED (
    SELECT s.purpose FROM samtycke_consumer.consent_state s
    WHERE s.person = $1 AND s.purpose IN ('${SEGMENTATION}', '${STATISTICS}') AND ${ALLOWED_NOW}
      AND EXISTS (SELECT 1 FROM samtycke_consumer.meta WHERE key = 'learnt')
      AND (NOT $6 OR least(s.since, s.recorded_at) <= $2)
    ORDER BY s.purpose FOR SHARE OF s
  ), kept AS (
    INSERT INTO analytics.views (device, at, path, title, referrer)
    SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT 1 FROM state WHERE purpose = '${STATISTICS}')
    RETURNING device, at, path
  ), sorted AS (
    INSERT INTO analytics.profiles AS held (device, views, product_views, contact_views, days, last_day)
    SELECT device, 1, (path ~ '${PRODUCTS}')::int, (path ~ '${CONTACT}')::int, 1, (at AT TIME ZONE 'UTC')::date
    FROM kept WHERE EXISTS (SELECT 1 FROM state WHERE purpose = '${SEGMENTATION}')
    ON CONFLICT (device) DO UPDATE SET
      views = held.views + 1,
      product_views = held.product_views + excluded.product_views,
      contact_views = held.contact_views + excluded.contact_views,
      days = held.days + (held.last_day < excluded.last_day)::int,
      last_day = greatest(held.last_day, excluded.last_day)
  )
  SELECT count(*)::int AS kept FROM kept`;

/** Paths that are told apart on one day; the rest share one line, so that made-up paths cannot fill the table. */
const MOST_PATHS = 1_000;
const OTHER_PATHS = '/…';

const COUNT = `
  INSERT INTO analytics.plain_counts AS held (day, path, views)
  SELECT $1::date, CASE
    WHEN EXISTS (SELECT 1 FROM analytics.plain_counts WHERE day = $1::date AND path = $2)
      OR (SELECT count(*) FROM analytics.plain_counts WHERE day = $1::date) < ${MOST_PATHS} THEN $2 ELSE '${OTHER_PATHS}' END, 1
  ON CONFLICT (day, path) DO UPDATE SET views = held.views + 1`;

/**
 * Stores a view if its device may be counted at this moment, with what its segment needs if it may be sorted too.
 * Gives whether it was stored. Throws what the database throws.
 */
export async function keepView(pool: Pool, view: View & { device: string }, { hasWaited } = { hasWaited: false }): Promise<boolean> {
  const { device, at, path, title, referrer } = view;
  const { rows } = await pool.query<{ kept: number }>(KEEP, [device, at, path, title ?? null, referrer ?? null, hasWaited]);
  return rows[0]?.kept === 1;
}

/** Adds one to the day's views of a page (days in UTC); nothing of the device, nor of the moment, is kept. */
export async function countPlainly(pool: Pool, { at, path }: View): Promise<void> {
  await pool.query(COUNT, [at.toISOString().slice(0, 10), path]);
}
