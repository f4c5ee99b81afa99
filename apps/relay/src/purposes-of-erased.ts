import type { Pool } from 'pg';
import type { StoredLeaf } from '#outbox';
import { erases } from './messages.js';

const PURPOSES = `SELECT DISTINCT purpose FROM events WHERE ledger = $1 AND person = $2 AND purpose NOT LIKE '~%' ORDER BY purpose`;

/** Every purpose with a stream of each person who was erased in this page. */
export async function purposesOfErased({ pool, ledger }: { pool: Pool; ledger: number }, leaves: readonly StoredLeaf[]): Promise<Map<string, string[]>> {
  const purposes = new Map<string, string[]>();
  for (const { event } of leaves.filter((leaf) => leaf.mayBe('person-erased'))) {
    if (!erases(event)) continue;
    const { rows } = await pool.query<{ purpose: string }>(PURPOSES, [ledger, event.person]);
    purposes.set(event.person, rows.map(({ purpose }) => purpose));
  }
  return purposes;
}
