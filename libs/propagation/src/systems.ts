import type { Pool } from 'pg';
import { letOff } from './close-overdue.js';
import { sinceOf } from './since.js';
import { SYSTEM_ID } from './system-id.js';

/** A downstream system, and how soon it must act on what takes something away. */
export interface System {
  id: string;
  /** The purposes it acts on; absent: all. */
  purposes?: string[];
  deadlineMs: number;
}

export interface ListedSystem extends System {
  addedAt: string;
  /** Withdrawals of people that it has not acknowledged by their deadline. */
  overdue: number;
}

const LONGEST_MS = 30 * 24 * 60 * 60 * 1000;

/** Whether a name is one that a system can have. */
export const isSystemId = (id: string): boolean => SYSTEM_ID.test(id);

/** What is wrong with a system, in one sentence; undefined where nothing is. */
export function faultOfSystem({ id, purposes, deadlineMs }: System): string | undefined {
  if (!isSystemId(id)) return 'a system has an id of lower-case letters, digits and hyphens, starting with a letter';
  if (purposes?.length === 0) return 'name at least one purpose, or none at all for every purpose';
  if (!Number.isInteger(deadlineMs) || deadlineMs < 100 || deadlineMs > LONGEST_MS) return 'a deadline is 100 milliseconds to 30 days';
  return undefined;
}

/** What it acted on before stands since when it did; what is new, since now. */
const ADD = `
INSERT INTO systems AS s (ledger, id, purposes, deadline_ms, added_at, checked)
VALUES ($1, $2, $3, $4, $5, (SELECT coalesce(max(idx) + 1, 0) FROM leaves WHERE ledger = $1))
ON CONFLICT (ledger, id) DO UPDATE SET purposes = excluded.purposes, deadline_ms = excluded.deadline_ms,
  begun = CASE WHEN s.purposes IS NULL AND excluded.purposes IS NULL THEN s.begun ELSE
    (SELECT jsonb_object_agg(p, CASE WHEN s.purposes IS NULL OR p = ANY (s.purposes) THEN ${sinceOf('s', 'p')} ELSE $5 END) FROM unnest(coalesce(excluded.purposes, s.purposes)) p)
    || CASE WHEN excluded.purposes IS NULL THEN jsonb_build_object('*', $5::timestamptz, '~person', s.added_at) ELSE '{}' END END`;
const REMOVE = 'DELETE FROM systems WHERE ledger = $1 AND id = $2';
const LIST = `
SELECT s.id, s.purposes, s.deadline_ms::float8 AS deadline_ms, s.added_at, o.count
FROM systems s CROSS JOIN LATERAL (
  SELECT count(*)::int AS count FROM overdue o WHERE o.ledger = s.ledger AND o.system = s.id AND o.acted_at IS NULL
    AND NOT EXISTS (SELECT FROM canaries c WHERE c.ledger = o.ledger AND c.person = o.person)) o
WHERE s.ledger = $1 ORDER BY s.id`;

/**
 * Registers a system, or changes what it acts on and its deadline. From the end of the log as it stands now its
 * acknowledgements are demanded, of a purpose that it takes up later from then on; what lies before is nobody's breach. Nothing is
 * demanded any more of a purpose that it leaves out.
 */
export async function addSystem(pool: Pool, ledger: number, system: System): Promise<void> {
  const fault = faultOfSystem(system);
  if (fault !== undefined) throw new RangeError(fault);
  await pool.query(ADD, [ledger, system.id, system.purposes ?? null, system.deadlineMs, new Date()]);
  if (system.purposes) await letOff(pool, ledger, system.id);
}

/** Nothing is demanded of it any more; what it acknowledged stays. Tells whether there was such a system. */
export async function removeSystem(pool: Pool, ledger: number, id: string): Promise<boolean> {
  const { rowCount } = await pool.query(REMOVE, [ledger, id]);
  await letOff(pool, ledger, id);
  return rowCount === 1;
}

interface Row {
  id: string;
  purposes: string[] | null;
  deadline_ms: number;
  added_at: Date;
  count: number;
}

export async function listSystems(pool: Pool, ledger: number): Promise<ListedSystem[]> {
  const { rows } = await pool.query<Row>(LIST, [ledger]);
  return rows.map(({ id, purposes, deadline_ms: deadlineMs, added_at: addedAt, count }) => ({ id, ...(purposes && { purposes }), deadlineMs, addedAt: addedAt.toISOString(), overdue: count }));
}
