import type { Pool } from 'pg';
import type { EventType, LedgerEvent } from '#contracts';
import { ON_SERVER } from './server.js';

/** An event with its place in the log. */
export interface Leaf {
  index: number;
  /** Leaf hash, hex. */
  hash: string;
  event: LedgerEvent;
}

/** The same with the bytes as they were hashed. */
export interface StoredLeaf extends Leaf {
  /** Read anew each time it is asked for: whoever needs it twice keeps it. */
  readonly event: LedgerEvent;
  readonly bytes: Buffer;
  /** When the ledger took it, as the event says. */
  readonly recordedAt: string;
  /** False where the event cannot be of this type; asked without reading it. */
  mayBe(type: EventType): boolean;
}

/** The bytes as text: half of what they are in hexadecimal, and read as they come. They are UTF-8 without a NUL, so nothing is lost. */
interface LeafRow {
  idx: string;
  hash: string;
  text: string;
}

const RECORDED = '"recordedAt":"';

/**
 * A leaf whose event is read out of its text when somebody asks for it: of what is given an index in a backlog nobody does. It is
 * not kept: thousands of events that are looked at once would be moved about by the garbage collector for as long as their leaves
 * are held, which cost more than reading them.
 */
class KeptLeaf implements StoredLeaf {
  constructor(
    readonly index: number,
    readonly hash: string,
    private readonly text: string,
  ) {}

  get bytes(): Buffer {
    return Buffer.from(this.text, 'utf8');
  }

  get event(): LedgerEvent {
    return JSON.parse(this.text) as LedgerEvent;
  }

  /** In canonical form what stands behind the event's own is flat: the last of this name is it. */
  get recordedAt(): string {
    const begin = this.text.lastIndexOf(RECORDED) + RECORDED.length;
    return this.text.slice(begin, this.text.indexOf('"', begin));
  }

  mayBe(type: EventType): boolean {
    return this.text.includes(`"type":"${type}"`);
  }
}

export const leafOf = ({ idx, hash, text }: LeafRow): StoredLeaf => new KeptLeaf(Number(idx), hash, text);

export const READ = `
SELECT l.idx, encode(l.hash, 'hex') AS hash, convert_from(e.bytes, 'UTF8') AS text
FROM (SELECT idx, person, seq, hash FROM leaves WHERE ledger = $1 AND idx >= $2 ORDER BY idx LIMIT $3) l
CROSS JOIN LATERAL (SELECT bytes FROM events WHERE ledger = $1 AND person = l.person AND seq >= l.seq ORDER BY seq LIMIT 1) e
ORDER BY l.idx`;

/** Events by log index, from `from` on, at most `limit`. The index has no gap, so a cursor over it misses nothing. */
export async function readLog(pool: Pool, ledger: number, from: number, limit: number): Promise<StoredLeaf[]> {
  const { rows } = await pool.query<LeafRow>({ name: 'read-log', text: READ, values: [ledger, from, limit] });
  return rows.map(leafOf);
}

/** The events of some types within a span of indices, and the index at its end: one pass over the index, few bytes. */
export const READ_SPAN = `
SELECT idx, event
FROM (
  SELECT l.idx, max(l.idx) OVER () AS last, CASE WHEN e.type = ANY ($4) THEN convert_from(e.bytes, 'UTF8') END AS event
  FROM (SELECT idx, person, seq FROM leaves WHERE ledger = $1 AND idx >= $2 ORDER BY idx LIMIT $3) l
  CROSS JOIN LATERAL (SELECT type, bytes FROM events WHERE ledger = $1 AND person = l.person AND seq >= l.seq ORDER BY seq LIMIT 1) e) s
WHERE event IS NOT NULL OR idx = last ORDER BY idx`;

/** A stretch of the log: the events of some types between two indices. */
export interface Span {
  from: number;
  last: number;
  events: { index: number; event: LedgerEvent }[];
}

interface SpanRow {
  idx: string;
  /** Null where its type was not asked for. */
  event: string | null;
}

/** The events of some types among the next `limit` leaves from `from` on, and the index of the last of these leaves. */
export async function readSpan(pool: Pool, ledger: number, { from, limit, types }: { from: number; limit: number; types: readonly EventType[] }): Promise<Span | undefined> {
  const query = { name: 'read-span', text: READ_SPAN, values: [ledger, from, limit, types] };
  const { rows } = await pool.query<SpanRow>(query);
  const last = rows.at(-1);
  if (!last) return undefined;
  const events = rows.flatMap(({ idx, event }) => (event === null ? [] : [{ index: Number(idx), event: JSON.parse(event) as LedgerEvent }]));
  return { from, last: Number(last.idx), events };
}

const READ_CURSOR = 'SELECT next FROM leases WHERE ledger = $1 AND role = $2';
const MAKE_CURSOR = `INSERT INTO leases (ledger, role, holder, fencing, expires_at, next)
VALUES ($1, $2, '00000000-0000-0000-0000-000000000000', 0, 'infinity', 0) ON CONFLICT DO NOTHING`;
/** A position lost in a crash of the server makes its followers see something again, which they bear: no wait for the disk. */
const MOVE_CURSOR = `UPDATE leases SET next = $3 WHERE ledger = $1 AND role = $2 AND next < $3
  AND EXISTS (SELECT FROM leases l WHERE l.ledger = $1 AND l.role = $4 AND l.fencing = $5) AND ${ON_SERVER('$6')}
RETURNING set_config('synchronous_commit', 'off', true)`;

/** A position in the log that only rises, moved only by the leader of a role, on the server on which he began to lead: of another it is no place. */
export class Cursor {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly name: string,
    private readonly leader: { role: string; fencing: string; server?: string },
  ) {}

  async read(): Promise<number> {
    await this.pool.query(MAKE_CURSOR, [this.ledger, this.name]);
    const { rows } = await this.pool.query<{ next: string }>(READ_CURSOR, [this.ledger, this.name]);
    return Number(rows[0]?.next ?? 0);
  }

  async move(next: number): Promise<void> {
    await this.pool.query({ name: 'move-cursor', text: MOVE_CURSOR, values: [this.ledger, this.name, next, this.leader.role, this.leader.fencing, this.leader.server ?? null] });
  }
}
