import type { Span } from '../log/spans.js';
import type { Positions } from '../store.js';
import type { Queries } from './queries.js';

const LOAD = 'SELECT partition, next_offset::text AS next FROM samtycke_consumer.positions WHERE topic = $1';
const NOTE = `
  WITH placed AS (
    INSERT INTO samtycke_consumer.positions AS held (topic, partition, next_offset)
    SELECT $1, fresh.partition, fresh.next FROM unnest($2::integer[], $3::bigint[]) AS fresh (partition, next) ORDER BY fresh.partition
    ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset)
  INSERT INTO samtycke_consumer.log_seen AS held (topic, seen) VALUES ($1, $4::int8multirange)
  ON CONFLICT (topic) DO UPDATE SET seen = held.seen + excluded.seen
  WHERE NOT excluded.seen <@ held.seen`;
const SEEN = `
  SELECT lower(span)::text AS from, (upper(span) - 1)::text AS to
  FROM samtycke_consumer.log_seen, unnest(seen) AS span WHERE topic = $1 ORDER BY span LIMIT 10000`;

/** Where the system was in `topic`, by its own database: a restored backup goes on from its own place. */
export async function loadPositions(queries: Queries, topic: string): Promise<Positions> {
  const { rows } = await queries.query<{ partition: number; next: string }>(LOAD, [topic]);
  return new Map(rows.map(({ partition, next }) => [partition, next]));
}

/** Notes positions and seen log indices in one statement: no place is noted whose indices are not. */
export async function note(queries: Queries, topic: string, positions: Positions, seen: readonly Span[]): Promise<void> {
  const spans = `{${seen.map(({ from, to }) => `[${from},${to}]`).join(',')}}`;
  await queries.query({ name: 'samtycke-note', text: NOTE, values: [topic, [...positions.keys()], [...positions.values()], spans] });
}

export async function loadSeen(queries: Queries, topic: string): Promise<Span[]> {
  const { rows } = await queries.query<{ from: string; to: string }>(SEEN, [topic]);
  return rows.map(({ from, to }) => ({ from: Number(from), to: Number(to) }));
}
