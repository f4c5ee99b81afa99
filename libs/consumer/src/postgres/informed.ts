import type { Queries } from './queries.js';

interface Learnt {
  at: string;
  /** The purposes whose state was kept; absent: all. */
  purposes?: string[];
}

const SAVE = "INSERT INTO samtycke_consumer.meta (key, value) VALUES ('learnt', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/** Whether the state has been read once, for all these purposes. */
export async function isInformed(queries: Queries, purposes: readonly string[] | undefined): Promise<boolean> {
  const { rows } = await queries.query<{ value: Learnt }>("SELECT value FROM samtycke_consumer.meta WHERE key = 'learnt'");
  const [row] = rows;
  if (!row) return false;
  const { purposes: kept } = row.value;
  return kept === undefined || (purposes !== undefined && purposes.every((purpose) => kept.includes(purpose)));
}

export async function saveInformed(queries: Queries, purposes: readonly string[] | undefined, now: Date): Promise<void> {
  const learnt: Learnt = { at: now.toISOString(), ...(purposes && { purposes: [...purposes] }) };
  await queries.query(SAVE, [JSON.stringify(learnt)]);
}

export async function forgetInformed(queries: Queries): Promise<void> {
  await queries.query("DELETE FROM samtycke_consumer.meta WHERE key = 'learnt'");
}
