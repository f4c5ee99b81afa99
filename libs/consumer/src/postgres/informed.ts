import type { Learnt, Purposes } from '../learnt.js';
import type { Queries } from './queries.js';

interface Kept {
  at: string;
  /** The purposes whose state is kept; absent: all. */
  purposes?: string[];
}

const SAVE = "INSERT INTO samtycke_consumer.meta (key, value) VALUES ('learnt', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const NARROW = `
  UPDATE samtycke_consumer.meta SET value = value || jsonb_build_object('purposes', (
    SELECT coalesce(jsonb_agg(purpose ORDER BY purpose), '[]') FROM unnest($1::text[]) AS purpose WHERE NOT value ? 'purposes' OR value -> 'purposes' ? purpose))
  WHERE key = 'learnt' AND NOT (value ? 'purposes' AND value -> 'purposes' <@ to_jsonb($1::text[]))`;

/** What has been read once, and is followed since. */
export async function loadLearnt(queries: Queries): Promise<Learnt | undefined> {
  const { rows } = await queries.query<{ value: Kept }>("SELECT value FROM samtycke_consumer.meta WHERE key = 'learnt'");
  return rows[0] && { purposes: rows[0].value.purposes };
}

export async function saveInformed(queries: Queries, purposes: Purposes, now: Date): Promise<void> {
  const learnt: Kept = { at: now.toISOString(), ...(purposes && { purposes: [...purposes] }) };
  await queries.query(SAVE, [JSON.stringify(learnt)]);
}

/** Leaves of the purposes that are kept those that are in the list, in one statement; writes nothing where all are. */
export async function narrowInformed(queries: Queries, purposes: readonly string[]): Promise<void> {
  await queries.query(NARROW, [purposes]);
}

export async function forgetInformed(queries: Queries): Promise<void> {
  await queries.query("DELETE FROM samtycke_consumer.meta WHERE key = 'learnt'");
}
