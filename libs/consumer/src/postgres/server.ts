import type { Queries } from './queries.js';

/** A standby that takes over was started at a time of its own; so was whatever serves a restored backup. */
export const serverOf = (startedAt: Date): string => startedAt.toISOString();

export async function loadServer(queries: Queries): Promise<string | undefined> {
  const { rows } = await queries.query<{ started: Date }>('SELECT pg_postmaster_start_time() AS started');
  return rows[0] && serverOf(rows[0].started);
}
