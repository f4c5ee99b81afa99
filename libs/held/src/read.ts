import { open, type Identifier } from '#vault';
import { heldPlace, lookupOfSubject, type HeldOptions, type HeldWithdrawal } from './hold.js';

/** One held withdrawal as it lies; its text is there until it is done. */
export interface HeldRow {
  id: string;
  lookup: Buffer;
  site: string;
  purposes: string[];
  master: string | null;
  wrapped: Buffer | null;
  sealed: Buffer | null;
  heldAt: Date;
  releaseAt: Date;
  askedAt: Date | null;
  decided: string | null;
  decidedBy: string | null;
}

export const COLUMNS = `id, lookup, site, purposes, master, wrapped, sealed, held_at AS "heldAt", release_at AS "releaseAt",
  asked_at AS "askedAt", decided, decided_by AS "decidedBy"`;

type Tables = Pick<HeldOptions, 'pool' | 'ledger'>;

/** All that are not done yet, the oldest first. */
export async function listHeld({ pool, ledger }: Tables): Promise<HeldRow[]> {
  const text = `SELECT ${COLUMNS} FROM held_withdrawals WHERE ledger = $1 AND done_at IS NULL ORDER BY release_at`;
  return (await pool.query<HeldRow>(text, [ledger])).rows;
}

/** Those that are to take effect at `now`: let through, or their day is over. */
export async function dueHeld({ pool, ledger }: Tables, now: Date, limit = 1_000): Promise<HeldRow[]> {
  const text = `SELECT ${COLUMNS} FROM held_withdrawals
    WHERE ledger = $1 AND done_at IS NULL AND (decided IS NOT NULL OR release_at <= $2) ORDER BY release_at LIMIT $3`;
  return (await pool.query<HeldRow>(text, [ledger, now, limit])).rows;
}

/** Those that still wait at `now`, and whose owners have not been asked yet. */
export async function unaskedHeld({ pool, ledger }: Tables, now: Date, limit = 1_000): Promise<HeldRow[]> {
  const text = `SELECT ${COLUMNS} FROM held_withdrawals
    WHERE ledger = $1 AND done_at IS NULL AND decided IS NULL AND release_at > $2 AND asked_at IS NULL ORDER BY release_at LIMIT $3`;
  return (await pool.query<HeldRow>(text, [ledger, now, limit])).rows;
}

/** How many wait for a word, and nothing was decided about yet. */
export async function countHeld({ pool, ledger }: Tables): Promise<number> {
  const text = 'SELECT count(*) AS n FROM held_withdrawals WHERE ledger = $1 AND done_at IS NULL AND decided IS NULL';
  return Number((await pool.query<{ n: string }>(text, [ledger])).rows[0]?.n);
}

/** All that wait about the same subject as held withdrawal `id`, and that one itself whatever became of it. */
export async function waitingFor({ pool, ledger }: Tables, id: string): Promise<HeldRow[]> {
  const text = `SELECT ${COLUMNS} FROM held_withdrawals
    WHERE ledger = $1 AND lookup = (SELECT lookup FROM held_withdrawals WHERE ledger = $1 AND id = $2) AND (decided IS NULL OR id = $2)
    ORDER BY held_at`;
  return (await pool.query<HeldRow>(text, [ledger, id])).rows;
}

/** All that wait about an identifier, the oldest first. */
export async function waitingAbout({ pool, ledger, subjectKeys }: Tables & Pick<HeldOptions, 'subjectKeys'>, identifier: Identifier): Promise<HeldRow[]> {
  const text = `SELECT ${COLUMNS} FROM held_withdrawals WHERE ledger = $1 AND lookup = $2 AND decided IS NULL ORDER BY held_at`;
  return (await pool.query<HeldRow>(text, [ledger, lookupOfSubject(subjectKeys, { identifiers: [identifier] })])).rows;
}

/** What a held withdrawal says; undefined once it is done. */
export function openHeld({ origin, keys }: Pick<HeldOptions, 'origin' | 'keys'>, row: HeldRow): HeldWithdrawal | undefined {
  const { id, master, wrapped, sealed } = row;
  if (!master || !wrapped || !sealed) return undefined;
  return JSON.parse(open(keys.unwrap(id, { master, wrapped }), heldPlace(origin, id), sealed).toString('utf8')) as HeldWithdrawal;
}
