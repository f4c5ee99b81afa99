import type { Pool } from 'pg';
import type { Term } from './lead.js';
import { ON_SERVER } from './server.js';

const PREFIX = 'state-read-';
const READ = `SELECT role, next FROM leases WHERE ledger = $1 AND starts_with(role, '${PREFIX}')`;
/** A place lost in a crash of the server has a stretch looked at again: no wait for the disk. */
const NOTE = `INSERT INTO leases (ledger, role, holder, fencing, expires_at, next)
SELECT $1, '${PREFIX}' || partition, '00000000-0000-0000-0000-000000000000', 0, 'infinity', place
FROM unnest($2::int[], $3::bigint[]) AS places (partition, place)
WHERE EXISTS (SELECT FROM leases l WHERE l.ledger = $1 AND l.role = 'relay' AND l.fencing = $4) AND ${ON_SERVER('$5')}
ON CONFLICT (ledger, role) DO UPDATE SET next = excluded.next
RETURNING set_config('synchronous_commit', 'off', true)`;

/** Up to where each partition of the state topic was looked at: the offset of the first record that was not. */
export type StatePlaces = ReadonlyMap<number, number>;

/** Where the looking goes on; a partition that is not named was never looked at. */
export async function readStatePlaces(pool: Pool, ledger: number): Promise<StatePlaces> {
  const { rows } = await pool.query<{ role: string; next: string }>({ name: 'read-state-places', text: READ, values: [ledger] });
  return new Map(rows.map(({ role, next }) => [Number(role.slice(PREFIX.length)), Number(next)]));
}

/**
 * Notes how far was looked. Only the leader's note counts, on the server on which he leads: one who slept over the end of its term, and takes
 * what it has just sent too late for right, passes over nothing; nor does one whose server was lost, for what he sent last.
 */
export async function noteStatePlaces(pool: Pool, ledger: number, places: StatePlaces, { fencing, server }: Pick<Term, 'fencing' | 'server'>): Promise<void> {
  await pool.query({ name: 'note-state-places', text: NOTE, values: [ledger, [...places.keys()], [...places.values()], fencing, server ?? null] });
}

/** For a topic that is filled again: it may have been made anew, and its offsets begin again. */
export const FORGET_STATE_PLACES = `UPDATE leases SET next = 0 WHERE ledger = $1 AND starts_with(role, '${PREFIX}')`;
