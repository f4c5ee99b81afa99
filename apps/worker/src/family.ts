import type { Pool } from 'pg';
import { WHOLE_PERSON } from '#contracts';
import { nowMicros, timeText } from '#ledger';

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

/** Whether a hold stands on somebody or on a part of him, or one of them has asked for something that nobody has answered yet. */
export async function waitsOrIsHeld(pool: Pool, ledger: number, person: string): Promise<boolean> {
  const { rowCount } = await pool.query(WAITS_OR_HELD, [ledger, person, timeText(nowMicros())]);
  return (rowCount ?? 0) > 0;
}
