import type { Pool } from 'pg';

const MOST = 1_000;
const LIST = `
SELECT event, person, purpose, version, tries, first_at, applied_at, problem FROM webhook_queue
WHERE ledger = $1 AND system = $2 AND (state = 'given-up' OR state = 'parked') ORDER BY idx LIMIT ${MOST}`;
/** Only what Kafka was told of: a row that is being acknowledged is not pulled away. */
const RETRY = `
UPDATE webhook_queue SET state = 'waiting', tries = 0, first_at = NULL, due_at = $3, outcome = NULL, applied_at = NULL
WHERE ledger = $1 AND system = $2 AND state = 'parked' AND ($4::uuid[] IS NULL OR event = ANY ($4)) RETURNING event`;

export interface Parked {
  event: string;
  person: string;
  purpose: string;
  version: number;
  tries: number;
  firstAt: string;
  parkedAt: string;
  /** What the last try came to: a status, why there was none, or that the receiver said it parked the event. */
  problem: string;
}

interface Row {
  event: string;
  person: string;
  purpose: string;
  version: number;
  tries: number;
  first_at: Date;
  applied_at: Date;
  problem: string;
}

/** What could not be delivered for three days or was parked by the receiver, oldest first, at most 1,000. */
export async function listParked(pool: Pool, ledger: number, system: string): Promise<Parked[]> {
  const { rows } = await pool.query<Row>(LIST, [ledger, system]);
  return rows.map(({ first_at: firstAt, applied_at: parkedAt, ...row }) => ({ ...row, firstAt: firstAt.toISOString(), parkedAt: parkedAt.toISOString() }));
}

/**
 * Lets parked events be tried again, these or all of them; tells which were parked. One whose purpose the system has learnt a later
 * state of is passed over by the worker: it would come out of order.
 */
export async function retryParked(pool: Pool, ledger: number, { system, events }: { system: string; events?: readonly string[] }): Promise<string[]> {
  const { rows } = await pool.query<{ event: string }>(RETRY, [ledger, system, new Date(), events ?? null]);
  return rows.map(({ event }) => event);
}
