import type { Pool } from 'pg';

/**
 * Who is a part of whom in the ledger $1: the register of parts without those who were split off since, which it forgets later
 * than their own state does. The state of somebody erased no longer says whose part he was: he went with that one.
 */
export const PARTS = `(
  SELECT m.person, m.into_person FROM merges m JOIN persons p USING (ledger, person) JOIN persons w ON w.ledger = m.ledger AND w.person = m.into_person
  WHERE m.ledger = $1 AND (p.state::json ->> 'mergedInto' = m.into_person::text OR (p.state::json ->> 'erased' = 'true' AND w.state::json ->> 'erased' = 'true')))`;

/**
 * Whether a person (an expression of the statement) of the ledger $1 was erased, or the one whom he is a part of: he goes with that
 * one, and what is still being removed of him counts as gone.
 */
export const isGone = (person: string): string => `EXISTS (
  WITH RECURSIVE whole AS (
    SELECT p.person, p.state FROM persons p WHERE p.ledger = $1 AND p.person = ${person}
    UNION SELECT p.person, p.state FROM whole w JOIN persons p ON p.ledger = $1 AND p.person = (w.state::json ->> 'mergedInto')::uuid)
  SELECT FROM whole w WHERE w.state::json ->> 'erased' = 'true')`;

const OF_ONE = `SELECT m.person FROM ${PARTS} m WHERE m.into_person = $2 ORDER BY m.person`;

/** Whoever was merged into a person; not those who were merged into these. */
export async function partsOf(pool: Pool, ledger: number, person: string): Promise<string[]> {
  const { rows } = await pool.query<{ person: string }>(OF_ONE, [ledger, person]);
  return rows.map((row) => row.person);
}
