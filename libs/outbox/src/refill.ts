import type { Pool } from 'pg';
import type { Term } from './lead.js';
import { ON_SERVER } from './server.js';
import { FORGET_STATE_PLACES } from './state-places.js';

/** The topics that can be filled again: what lies in them is a pure function of the ledger. */
export const REFILLABLE = ['events', 'state', 'checkpoints'] as const;
export type Refillable = (typeof REFILLABLE)[number];

/** A topic that is being filled again: what stands before `next` was sent. */
export interface Refill {
  topic: Refillable;
  next: number;
  /** Which request it carries out: each has a number of its own. */
  request: string;
}

const PREFIX = 'refill-';
/** Nobody holds a refill: its fencing number counts how often it was asked for. */
const REQUEST = `INSERT INTO leases (ledger, role, holder, fencing, expires_at, next)
VALUES ($1, $2, '00000000-0000-0000-0000-000000000000', 0, 'infinity', 0) ON CONFLICT (ledger, role) DO UPDATE SET next = 0, fencing = leases.fencing + 1`;
const PENDING = `SELECT role, next, fencing AS request FROM leases WHERE ledger = $1 AND next >= 0 AND role IN ('refill-events', 'refill-state', 'refill-checkpoints')`;
/** Where a refill stands that is done. */
const DONE = -1;
const LEADS = `EXISTS (SELECT FROM leases l WHERE l.ledger = $1 AND l.role = 'relay' AND l.fencing = $4) AND ${ON_SERVER('$7')}`;
const MOVE = `UPDATE leases SET next = $5 WHERE ledger = $1 AND role = $2 AND next = $3 AND fencing = $6 AND ${LEADS}`;

/**
 * Asks the relay to send everything of a topic again, from the beginning, before anything new goes to it. Asked again in
 * between, it begins again. Consumers bear the repeats.
 */
export async function requestRefill(pool: Pool, ledger: number, topic: Refillable): Promise<void> {
  if (topic === 'state') await pool.query(FORGET_STATE_PLACES, [ledger]);
  await pool.query(REQUEST, [ledger, PREFIX + topic]);
}

/** What was asked for and is not done. */
export async function pendingRefills(pool: Pool, ledger: number): Promise<Refill[]> {
  const { rows } = await pool.query<{ role: string; next: string; request: string }>({ name: 'pending-refills', text: PENDING, values: [ledger] });
  return rows.map(({ role, next, request }) => ({ topic: role.slice(PREFIX.length) as Refillable, next: Number(next), request }));
}

/** Notes how far a refill has come, without `to` that it is done. Only the leader's note counts, and none made over a new request. */
export async function noteRefill(pool: Pool, ledger: number, { topic, next, request }: Refill, { fencing, server }: Pick<Term, 'fencing' | 'server'>, to?: number): Promise<void> {
  await pool.query(MOVE, [ledger, PREFIX + topic, next, fencing, to ?? DONE, request, server ?? null]);
}
