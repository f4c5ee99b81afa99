import type pg from 'pg';
import type { Queries } from './queries.js';
import { transact } from './transact.js';

export interface SchemaSteps {
  /** A name of the program's own; the tables lie in it. Not taken from outside: it stands in SQL as it is. */
  schema: string;
  /** SQL, each run once, in order. Steps are added, never changed. */
  steps: readonly string[];
}

async function isDone(queries: Queries, { schema, steps }: SchemaSteps): Promise<boolean> {
  const { rows } = await queries.query<{ made: boolean }>('SELECT to_regclass($1) IS NOT NULL AS made', [`${schema}.steps`]);
  if (!rows[0]?.made) return false;
  const { rows: found } = await queries.query<{ done: number }>(`SELECT count(*)::int AS done FROM ${schema}.steps`);
  return (found[0]?.done ?? 0) >= steps.length;
}

/** Runs the steps that are missing, in the caller's transaction. Where none is, it needs no right but to read. */
export async function runSteps(queries: Queries, { schema, steps }: SchemaSteps): Promise<void> {
  if (await isDone(queries, { schema, steps })) return;
  await queries.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`migrate ${schema}`]);
  await queries.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await queries.query(`CREATE TABLE IF NOT EXISTS ${schema}.steps (step integer PRIMARY KEY)`);
  const { rows } = await queries.query<{ done: number }>(`SELECT count(*)::int AS done FROM ${schema}.steps`);
  const done = rows[0]?.done ?? 0;
  for (const [index, sql] of steps.slice(done).entries()) {
    await queries.query(sql);
    await queries.query(`INSERT INTO ${schema}.steps (step) VALUES ($1)`, [done + index + 1]);
  }
}

/**
 * Makes a schema and runs the steps that are missing, all in one transaction; running it again changes nothing, and
 * several instances may call it at once. Throws what the database throws.
 */
export const migrateSchema = (pool: pg.Pool, steps: SchemaSteps): Promise<void> => transact(pool, (transaction) => runSteps(transaction, steps));
