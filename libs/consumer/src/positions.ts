import type pg from 'pg';
import type { Transaction } from './options.js';

/** Next offset to be read, by partition. */
export type Positions = Map<number, string>;

const LOAD = 'SELECT partition, next_offset::text AS next FROM samtycke_consumer.positions WHERE topic = $1';
const SAVE = `
  INSERT INTO samtycke_consumer.positions AS held (topic, partition, next_offset)
  SELECT $1, fresh.partition, fresh.next FROM unnest($2::integer[], $3::bigint[]) AS fresh (partition, next) ORDER BY fresh.partition
  ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset`;

/** Where the system was in `topic`, by its own database: a restored backup goes on from its own place. */
export async function loadPositions(pool: pg.Pool, topic: string): Promise<Positions> {
  const { rows } = await pool.query<{ partition: number; next: string }>(LOAD, [topic]);
  return new Map(rows.map(({ partition, next }) => [partition, next]));
}

/** Notes positions; those of other partitions stay. */
export async function savePositions(transaction: Transaction, topic: string, positions: Positions): Promise<void> {
  if (positions.size > 0) await transaction.query({ name: 'samtycke-positions', text: SAVE, values: [topic, [...positions.keys()], [...positions.values()]] });
}

interface Learnt {
  at: string;
  /** The purposes whose state was kept; absent: all. */
  purposes?: string[];
}

/** Whether the state has been read once, for all these purposes. */
export async function isInformed(pool: pg.Pool, purposes: readonly string[] | undefined): Promise<boolean> {
  const { rows } = await pool.query<{ value: Learnt }>("SELECT value FROM samtycke_consumer.meta WHERE key = 'learnt'");
  const [row] = rows;
  if (!row) return false;
  const { purposes: kept } = row.value;
  return kept === undefined || (purposes !== undefined && purposes.every((purpose) => kept.includes(purpose)));
}

/** Notes that the state has been read. */
export async function saveInformed(transaction: Transaction, purposes: readonly string[] | undefined, now: Date): Promise<void> {
  const learnt: Learnt = { at: now.toISOString(), ...(purposes && { purposes: [...purposes] }) };
  const sql = "INSERT INTO samtycke_consumer.meta (key, value) VALUES ('learnt', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
  await transaction.query(sql, [JSON.stringify(learnt)]);
}

/** The state must be read again before the system is informed. */
export async function forgetInformed(pool: pg.Pool): Promise<void> {
  await pool.query("DELETE FROM samtycke_consumer.meta WHERE key = 'learnt'");
}
