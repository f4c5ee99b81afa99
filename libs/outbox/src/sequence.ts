import type { ClientBase } from 'pg';
import { leafOf, type StoredLeaf } from './log.js';
import { ON_SERVER } from './server.js';

export const SEQUENCE_PAGE = 1_000;

/**
 * One page of the outbox gets the next log indices, and leaves it: one transaction, conditional on the leader's fencing
 * number, and on the server on which it was taken: of another it is somebody else's. `seq >= … ORDER BY seq LIMIT 1` finds the event with exactly that seq, by the index made for it and by no other.
 * A repeat cannot happen: (ledger, person, seq) has one leaf. What becomes visible late gets a later index. The page comes
 * back with its indices, so that sending it needs no second look; where nothing waited, one row that tells who leads.
 */
export const SEQUENCE = `
WITH lead AS (
  SELECT next FROM leases WHERE ledger = $1 AND role = 'relay' AND fencing = $2 AND ${ON_SERVER('$4')} FOR UPDATE),
page AS MATERIALIZED (
  SELECT o.recorded_at, o.person, o.seq, e.event, e.bytes, sha256('\\x00'::bytea || e.bytes) AS hash,
    row_number() OVER (ORDER BY o.recorded_at, o.person, o.seq) - 1 AS n
  FROM (SELECT recorded_at, person, seq FROM outbox WHERE ledger = $1 AND EXISTS (SELECT FROM lead)
    ORDER BY recorded_at, person, seq LIMIT $3) o
  CROSS JOIN LATERAL (SELECT event, bytes FROM events WHERE ledger = $1 AND person = o.person AND seq >= o.seq ORDER BY seq LIMIT 1) e),
given AS (
  INSERT INTO leaves (ledger, idx, person, seq, event, hash)
  SELECT $1, lead.next + page.n, page.person, page.seq, page.event, page.hash FROM page, lead ORDER BY page.n
  RETURNING 1),
gone AS (
  DELETE FROM outbox o USING page p
  WHERE o.ledger = $1 AND o.recorded_at = p.recorded_at AND o.person = p.person AND o.seq = p.seq),
moved AS (
  UPDATE leases SET next = next + (SELECT count(*) FROM given)
  WHERE ledger = $1 AND role = 'relay' AND fencing = $2 AND EXISTS (SELECT FROM given))
SELECT t.leads, lead.next + page.n AS idx, encode(page.hash, 'hex') AS hash, convert_from(page.bytes, 'UTF8') AS text
FROM (SELECT EXISTS (SELECT FROM lead) AS leads) t
LEFT JOIN (page CROSS JOIN lead) ON true ORDER BY page.n`;

/** The lease was lost: somebody else leads, or another server answers. */
export class LostLease extends Error {}

/** Gives indices to one page and returns it; nothing where nothing waited. Durable when it returns. `on`: a connection, or a pool. */
export async function sequencePage(on: Pick<ClientBase, 'query'>, ledger: number, fencing: string, server?: string): Promise<StoredLeaf[]> {
  const query = { name: 'sequence', text: SEQUENCE, values: [ledger, fencing, SEQUENCE_PAGE, server ?? null] };
  const { rows } = await on.query<{ leads: boolean; idx: string | null; hash: string; text: string }>(query);
  if (!rows[0]?.leads) throw new LostLease('another relay leads');
  return rows.flatMap(({ idx, hash, text }) => (idx === null ? [] : [leafOf({ idx, hash, text })]));
}
