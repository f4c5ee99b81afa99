import type { Pool } from 'pg';

const CLOSE = `
UPDATE overdue o SET acted_at = coalesce(p.applied_at, $2)
FROM (
  SELECT w.person, w.event, w.system, a.applied_at FROM overdue w
  LEFT JOIN systems s ON s.ledger = w.ledger AND s.id = w.system
  LEFT JOIN LATERAL (SELECT min(applied_at) AS applied_at FROM acknowledgements
    WHERE ledger = $1 AND person = w.person AND purpose = w.purpose AND version >= w.version AND system = w.system AND outcome IN ('applied', 'repeat')) a ON true
  WHERE w.ledger = $1 AND w.acted_at IS NULL AND ($3::uuid[] IS NULL OR w.event = ANY ($3))
    AND (a.applied_at IS NOT NULL OR s.id IS NULL OR w.purpose <> ALL (s.purposes) AND w.purpose <> '~person')) p
WHERE o.ledger = $1 AND o.person = p.person AND o.event = p.event AND o.system = p.system AND o.acted_at IS NULL
RETURNING o.system, o.event, o.acted_at > o.due_at AS late`;

export interface Closed {
  system: string;
  event: string;
  /** It acted, or was let off, after the deadline; else its word was only heard after it. */
  late: boolean;
}

/**
 * Ends the open breaches that are none any more: the system's act was kept while its deadline was looked at, or it does not act
 * on the purpose any more, or is not registered. Of these events, or of all.
 */
export async function closeOverdue(pool: Pool, ledger: number, events?: readonly string[]): Promise<Closed[]> {
  if (events?.length === 0) return [];
  const { rows } = await pool.query<Closed>(CLOSE, [ledger, new Date(), events ?? null]);
  return rows;
}
