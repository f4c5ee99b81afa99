import type { Pool, PoolClient } from 'pg';
import { KEYED_LOOKUPS } from '#database';

/** How the pool of an audit is set: times and bytes come in one known form, and every page is found by its key. */
export const AUDIT_SETTINGS = { ...KEYED_LOOKUPS, datestyle: 'ISO', timezone: 'UTC', bytea_output: 'hex', enable_nestloop: 'off', enable_hashjoin: 'off' };

/** All statements of `work` see the database at one moment; none of them writes. */
export async function atOneMoment<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** Columns as PostgreSQL writes them: nothing is read into a form that could hide a difference. */
const AS_TEXT = { getTypeParser: () => (text: string) => text };

/** The rows of one statement as arrays of texts. */
export async function textRows<R extends unknown[]>(client: PoolClient, name: string, text: string, values: unknown[]): Promise<R[]> {
  const query = { name, text, values, rowMode: 'array' as const, types: AS_TEXT as never };
  return (await client.query<R>(query)).rows as R[];
}
