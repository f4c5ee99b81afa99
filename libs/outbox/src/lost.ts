import type { Pool } from 'pg';

/** An event that was sent, as its message tells of it. */
export interface SentEvent {
  person: string;
  purpose: string;
  version: number;
  event: string;
}

/** Each is sought by its key: what a database that was put back lacks is a handful among millions. */
const UNKNOWN = `
SELECT s.n::int AS n FROM unnest($2::uuid[], $3::text[], $4::int[], $5::uuid[]) WITH ORDINALITY AS s (person, purpose, version, event, n)
LEFT JOIN LATERAL (SELECT event FROM events e WHERE e.ledger = $1 AND e.person = s.person AND e.purpose = s.purpose AND e.version = s.version LIMIT 1) e ON true
LEFT JOIN LATERAL (SELECT event FROM lost_events l WHERE l.ledger = $1 AND l.person = s.person AND l.event = s.event AND NOT $6 LIMIT 1) l ON true
WHERE e.event IS DISTINCT FROM s.event AND l.event IS NULL ORDER BY s.n`;
const NOTE = `
INSERT INTO leases (ledger, role, holder, fencing, expires_at, next) VALUES ($1, 'lost', '00000000-0000-0000-0000-000000000000', 0, 'infinity', $2)
ON CONFLICT (ledger, role) DO UPDATE SET next = least(leases.next, excluded.next)`;
const NOTED = `SELECT next FROM leases WHERE ledger = $1 AND role = 'lost'`;
const FLOOR = `SELECT least($2::bigint, min(next)) AS floor FROM leases WHERE ledger = $1 AND next >= 0 AND role IN ('lost', 'look-for-lost', 'publisher')`;
const FORGET = `DELETE FROM leases WHERE ledger = $1 AND role = 'lost' AND next >= $2`;
const PAGE = 1_000;

/**
 * Of events that were sent, those that the ledger does not hold, but for those whose loss is settled (`alsoSettled`: these, too): the database was put back, or another server took
 * over, without what was committed last.
 */
export async function unknownOf<E extends SentEvent>(pool: Pool, ledger: number, sent: readonly E[], { alsoSettled = false } = {}): Promise<E[]> {
  const unknown: E[] = [];
  for (let at = 0; at < sent.length; at += PAGE) {
    const page = sent.slice(at, at + PAGE);
    const { rows } = await pool.query<{ n: number }>(UNKNOWN, [ledger, page.map(({ person }) => person), page.map(({ purpose }) => purpose), page.map(({ version }) => version), page.map(({ event }) => event), alsoSettled]);
    for (const { n } of rows) unknown.push(page[n - 1] as E);
  }
  return unknown;
}

/** Notes that such events were found, none of them below the index `from`; of several notes the lowest stands. */
export async function noteLost(pool: Pool, ledger: number, from: number): Promise<void> {
  await pool.query(NOTE, [ledger, from]);
}

/** The index from which on such events may lie, as noted; undefined where none were found since the last were settled. */
export async function lostFrom(pool: Pool, ledger: number): Promise<number | undefined> {
  const { rows } = await pool.query<{ next: string }>(NOTED, [ledger]);
  return rows[0] && Number(rows[0].next);
}

/** From which index on it is to be looked: not above `size`, nor what was noted, nor where sending stood or a look that has not ended began. */
export async function floorOf(pool: Pool, ledger: number, size: number): Promise<number> {
  const { rows } = await pool.query<{ floor: string }>(FLOOR, [ledger, size]);
  return Number(rows[0]?.floor ?? size);
}

/** Once everything from the index `from` on was looked at, and settled. */
export async function forgetLost(pool: Pool, ledger: number, from: number): Promise<void> {
  await pool.query(FORGET, [ledger, from]);
}

const BEGIN = `
INSERT INTO leases (ledger, role, holder, fencing, expires_at, next) VALUES ($1, 'look-for-lost', '00000000-0000-0000-0000-000000000000', 0, 'infinity', $2)
ON CONFLICT (ledger, role) DO UPDATE SET next = CASE WHEN leases.next < 0 THEN excluded.next ELSE least(leases.next, excluded.next) END RETURNING next`;
const END = `UPDATE leases SET next = -1 WHERE ledger = $1 AND role = 'look-for-lost' AND next = $2`;
const AT_FIRST = `
SELECT least((SELECT coalesce(max(size), 0) FROM checkpoints WHERE ledger = $1), (SELECT next FROM leases WHERE ledger = $1 AND role = 'publisher')) AS floor`;

/**
 * A look at what was sent before begins: everything below the index that it gives was signed outside the database, and sent. To be asked before a leader gives
 * its first index: what is signed from then on says nothing of what was lost. A look that was not ended goes on where it began.
 */
export async function beginLook(pool: Pool, ledger: number): Promise<number> {
  const { rows: at } = await pool.query<{ floor: string }>(AT_FIRST, [ledger]);
  const { rows } = await pool.query<{ next: string }>(BEGIN, [ledger, Number(at[0]?.floor ?? 0)]);
  return Number(rows[0]?.next ?? 0);
}

export async function endLook(pool: Pool, ledger: number, floor: number): Promise<void> {
  await pool.query(END, [ledger, floor]);
}
