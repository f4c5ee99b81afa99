import type { Pool } from 'pg';

const NOBODY = "'00000000-0000-0000-0000-000000000000'";
const NOTE = `
INSERT INTO leases (ledger, role, holder, fencing, expires_at, next) VALUES ($1, 'sent-checkpoint', ${NOBODY}, 0, 'infinity', $2)
ON CONFLICT (ledger, role) DO UPDATE SET next = greatest(leases.next, excluded.next)`;
const NOTED = `SELECT next FROM leases WHERE ledger = $1 AND role = 'sent-checkpoint'`;
const FORGET = `DELETE FROM leases WHERE ledger = $1 AND role = 'sent-checkpoint'`;
const GIVE_UP = `
INSERT INTO leases (ledger, role, holder, fencing, expires_at, next) VALUES ($1, 'given-up', ${NOBODY}, 0, 'infinity', $2)
ON CONFLICT (ledger, role) DO UPDATE SET next = excluded.next`;
const GIVEN_UP = `SELECT next FROM leases WHERE ledger = $1 AND role = 'given-up'`;

const sizeBy = async (text: string, pool: Pool, ledger: number): Promise<number> => Number((await pool.query<{ next: string }>(text, [ledger])).rows[0]?.next ?? 0);

/** Notes to how many events a checkpoint commits that was sent: with fewer the database is an old backup, whatever the log's folder holds (`Freshness`). */
export async function noteSentCheckpoint(pool: Pool, ledger: number, size: number): Promise<void> {
  await pool.query(NOTE, [ledger, size]);
}

/** An operator gives up the log of which a checkpoint of `size` events was sent: the ledger goes on from what it has. */
export async function giveUpSent(pool: Pool, ledger: number, size: number): Promise<void> {
  await pool.query(GIVE_UP, [ledger, size]);
  await pool.query(FORGET, [ledger]);
}

/** What was noted; 0 where nothing was. */
export const sentNoted = (pool: Pool, ledger: number): Promise<number> => sizeBy(NOTED, pool, ledger);

/** The size up to which checkpoints that were sent were given up; 0 where none were. */
export const givenUp = (pool: Pool, ledger: number): Promise<number> => sizeBy(GIVEN_UP, pool, ledger);
