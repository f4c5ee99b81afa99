import type { Pool } from 'pg';
import { WHOLE_PERSON } from '#contracts';

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

/** The query `named`: somebody ($2) and everybody who is a part of him, or was before he was split off: by the register, and where that is behind, by his own events. */
const NAMED = `
  named AS (
    SELECT $2::uuid AS person
    UNION SELECT part.person FROM named n CROSS JOIN LATERAL (
      SELECT m.person FROM merges m WHERE m.ledger = $1 AND m.into_person = n.person
      UNION ALL
      SELECT fact.other FROM events e, LATERAL (
        SELECT (said.fact ->> 'other')::uuid AS other, said.fact ->> 'role' AS role FROM (SELECT convert_from(e.bytes, 'UTF8')::json -> 'fact' AS fact) said) fact
      WHERE e.ledger = $1 AND e.person = n.person AND e.purpose = '${WHOLE_PERSON}' AND e.type = 'person-merged' AND fact.role = 'into') part)`;

/** Somebody ($2) and everybody who is a part of him today, each once, as rows of `person`: whose part each is, his own state says. */
export const WHOLE = `(
  WITH RECURSIVE ${NAMED}
  SELECT n.person FROM named n WHERE EXISTS (
    WITH RECURSIVE way AS (
      SELECT p.person, p.state FROM persons p WHERE p.ledger = $1 AND p.person = n.person
      UNION SELECT p.person, p.state FROM way w JOIN persons p ON p.ledger = $1 AND p.person = (w.state::json ->> 'mergedInto')::uuid)
    SELECT FROM way w WHERE w.person = $2::uuid))`;

const FOUND_BY = `WITH RECURSIVE ${NAMED} SELECT i.person FROM named n JOIN identifiers i ON i.ledger = $1 AND i.person = n.person AND i.id = $3 LIMIT 1`;

/** Who is found by an identifier among somebody and all who are or were a part of him; undefined where it was corrected away, or erased. */
export async function foundBy(pool: Pool, ledger: number, person: string, identifier: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ person: string }>(FOUND_BY, [ledger, person, identifier]);
  return rows[0]?.person;
}

const OF_ONE = `SELECT m.person FROM ${PARTS} m WHERE m.into_person = $2 ORDER BY m.person`;

/** Whoever was merged into a person; not those who were merged into these. */
export async function partsOf(pool: Pool, ledger: number, person: string): Promise<string[]> {
  const { rows } = await pool.query<{ person: string }>(OF_ONE, [ledger, person]);
  return rows.map((row) => row.person);
}
