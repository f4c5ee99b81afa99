import type { Pool } from 'pg';
import { proofsKeptUntil, type Stream } from '#consent';
import { WHOLE_PERSON } from '#contracts';
import { nowMicros, timeText, type DefinedPurpose } from '#ledger';

/** A person, and whoever was merged into him, however often: they go with him. */
const FAMILY = `
WITH RECURSIVE family AS (
  SELECT $2::uuid AS person
  UNION SELECT m.person FROM family f JOIN merges m ON m.ledger = $1 AND m.into_person = f.person)`;
/** What was asked for stands in the log; the register says, a moment behind it, which of that was closed. */
const WAITS_OR_HELD = `${FAMILY}
SELECT FROM family f WHERE
  EXISTS (SELECT FROM holds h WHERE h.ledger = $1 AND h.person = f.person AND (h.until IS NULL OR h.until > $3))
  OR EXISTS (
    SELECT FROM events e WHERE e.ledger = $1 AND e.person = f.person AND e.purpose = '${WHOLE_PERSON}' AND e.type = 'right-requested' AND NOT EXISTS (
      SELECT FROM rights r WHERE r.ledger = $1 AND r.person = f.person AND r.event = e.event AND r.closed_at IS NOT NULL))
LIMIT 1`;
const PARTS = `${FAMILY}
SELECT h.purpose, h.state FROM family f JOIN heads h ON h.ledger = $1 AND h.person = f.person WHERE f.person <> $2`;

/** Whether a hold stands on somebody or on a part of him, or one of them has asked for something that nobody has answered yet. */
export async function waitsOrIsHeld(db: Pick<Pool, 'query'>, ledger: number, person: string): Promise<boolean> {
  const { rowCount } = await db.query(WAITS_OR_HELD, [ledger, person, timeText(nowMicros())]);
  return (rowCount ?? 0) > 0;
}

/** Until when the proofs of all who were merged into somebody are kept; empty where there is none. */
export async function partsKeptUntil(pool: Pool, ledger: number, person: string, purposes: ReadonlyMap<string, DefinedPurpose>): Promise<string> {
  const { rows } = await pool.query<{ purpose: string; state: string }>(PARTS, [ledger, person]);
  const streams = rows.flatMap(({ purpose: id, state }) => {
    const purpose = purposes.get(id);
    return purpose ? [{ purpose, stream: JSON.parse(state) as Stream }] : [];
  });
  return proofsKeptUntil(streams);
}
