import type { Pool } from 'pg';
import type { Act } from '../ledger/ledger-types.js';
import { OWN } from './own.js';

/** Of nobody whom the portal has no history of: of somebody who is being erased it waits until that is done. */
const KEEP = `
WITH known AS MATERIALIZED (SELECT person FROM portal.decisions WHERE person = $1 LIMIT 1 FOR SHARE)
INSERT INTO portal.acts (person, event, system, state, after_ms)
SELECT known.person, $2, a.* FROM known, unnest($3::text[], $4::text[], $5::int[]) a
ON CONFLICT (person, event, system) DO UPDATE SET state = excluded.state, after_ms = excluded.after_ms`;

/** Keeps what systems did about an event of a person, as last heard. */
export async function keepActs(pool: Pool, { person, event }: { person: string; event: string }, acts: readonly Act[]): Promise<void> {
  await pool.query(KEEP, [person, event, acts.map(({ system }) => system), acts.map(({ state }) => state), acts.map(({ afterMs }) => afterMs ?? null)]);
}

interface Row {
  event: string;
  system: string;
  state: Act['state'];
  after_ms: number | null;
}

/** What was kept about a person's events, by event; the quickest first. */
export async function readActs(pool: Pool, person: string): Promise<Map<string, Act[]>> {
  const { rows } = await pool.query<Row>(`SELECT event, system, state, after_ms FROM portal.acts WHERE ${OWN} ORDER BY after_ms, system`, [person]);
  const acts = new Map<string, Act[]>();
  for (const { event, system, state, after_ms: afterMs } of rows) acts.set(event, [...(acts.get(event) ?? []), { system, state, ...(afterMs !== null && { afterMs }) }]);
  return acts;
}
