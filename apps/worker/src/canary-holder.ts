import type { Pool } from 'pg';
import { newHolderId } from '#ledger';

/** Nobody's history grows without end: after so many rounds, or a day, somebody new takes the canary's place. */
const ROUNDS = 1_000;
const DAY_MS = 24 * 60 * 60 * 1000;

const NEWEST = 'SELECT person, made_at FROM canaries WHERE ledger = $1 AND kind = $2 AND made_at > $3 ORDER BY made_at DESC LIMIT 1';
const ADD = 'INSERT INTO canaries (ledger, person, kind, made_at) VALUES ($1, $2, $3, $4)';

/** The person or device that is the canary now: an id of no meaning, without identifiers, kept so that nobody counts it. */
export async function canaryHolder(pool: Pool, ledger: number, kind: 'person' | 'device', everyMs: number): Promise<string> {
  const now = Date.now();
  const oldest = new Date(now - Math.min(DAY_MS, ROUNDS * everyMs));
  const { rows } = await pool.query<{ person: string }>(NEWEST, [ledger, kind, oldest]);
  if (rows[0]) return rows[0].person;
  const person = newHolderId();
  await pool.query(ADD, [ledger, person, kind, new Date(now)]);
  return person;
}
