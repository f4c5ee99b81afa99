import type { Pool } from 'pg';
import type { LedgerEvent } from '#contracts';

/** Those of a person and of everybody who was merged into him: a correction is of all that he is found by. */
export const REMOVE_IDENTIFIERS = `
WITH RECURSIVE people (person) AS (
  SELECT $2::uuid UNION SELECT m.person FROM people p JOIN merges m ON m.ledger = $1 AND m.into_person = p.person)
DELETE FROM identifiers i USING people p WHERE i.ledger = $1 AND i.person = p.person AND i.id = ANY ($3::uuid[])`;

/** Removes the identifiers that an `identifiers-changed` says were corrected away. Doing it again changes nothing. */
export async function removeIdentifiers(pool: Pool, ledger: number, { person, fact }: LedgerEvent): Promise<void> {
  const { removed = [] } = (fact ?? {}) as { removed?: { id: string }[] };
  if (removed.length > 0) await pool.query(REMOVE_IDENTIFIERS, [ledger, person, removed.map(({ id }) => id)]);
}
