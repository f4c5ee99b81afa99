import type { Transaction } from '#consumer';

/** What was deleted, by device. */
export interface Forgotten {
  views: Map<string, number>;
  profiles: Set<string>;
}

const DELETE_VIEWS = `
  WITH gone AS (DELETE FROM analytics.views WHERE device = ANY ($1::uuid[]) RETURNING device)
  SELECT device, count(*)::int AS views FROM gone GROUP BY device`;
const DELETE_PROFILES = 'DELETE FROM analytics.profiles WHERE device = ANY ($1::uuid[]) RETURNING device';
const ADD_UP = 'UPDATE analytics.totals SET views_deleted = views_deleted + $1, devices_forgotten = devices_forgotten + $2';

/**
 * Deletes what is held of devices: views and segment of those that may not be counted, the segment of those that may
 * not be sorted. To be called in a transaction that holds the lock on their state rows.
 */
export async function forget(transaction: Transaction, uncounted: readonly string[], unsorted: readonly string[]): Promise<Forgotten> {
  const noProfile = [...new Set([...uncounted, ...unsorted])];
  if (noProfile.length === 0) return { views: new Map(), profiles: new Set() };
  const views = await transaction.query<{ device: string; views: number }>(DELETE_VIEWS, [uncounted]);
  const profiles = await transaction.query<{ device: string }>(DELETE_PROFILES, [noProfile]);
  const deleted = views.rows.reduce((sum, row) => sum + row.views, 0);
  if (deleted > 0) await transaction.query(ADD_UP, [deleted, views.rows.length]);
  return { views: new Map(views.rows.map((row) => [row.device, row.views])), profiles: new Set(profiles.rows.map((row) => row.device)) };
}
