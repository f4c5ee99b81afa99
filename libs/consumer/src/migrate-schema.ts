import type pg from 'pg';

export interface SchemaSteps {
  /** A name of the program's own; the tables lie in it. Not taken from outside: it stands in SQL as it is. */
  schema: string;
  /** SQL, each run once, in order. Steps are added, never changed. */
  steps: readonly string[];
}

/**
 * Makes a schema and runs the steps that are missing, all in one transaction; running it again changes nothing, and
 * several instances may call it at once. Throws what the database throws.
 */
export async function migrateSchema(pool: pg.Pool, { schema, steps }: SchemaSteps): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`migrate ${schema}`]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await client.query(`CREATE TABLE IF NOT EXISTS ${schema}.steps (step integer PRIMARY KEY)`);
    const { rows } = await client.query<{ done: number }>(`SELECT count(*)::int AS done FROM ${schema}.steps`);
    const done = rows[0]?.done ?? 0;
    for (const [index, sql] of steps.slice(done).entries()) {
      await client.query(sql);
      await client.query(`INSERT INTO ${schema}.steps (step) VALUES ($1)`, [done + index + 1]);
    }
    await client.query('COMMIT');
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}
