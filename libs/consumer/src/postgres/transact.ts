import type pg from 'pg';
import { ofCommit, Undone } from '../faults.js';
import type { Queries } from './queries.js';

const ignore = (): void => undefined;

/**
 * Runs `work` in one transaction (READ COMMITTED) and commits it. If anything throws, nothing of it stays, the
 * connection is closed rather than used again, and the error is thrown on. A commit whose answer was lost throws, though
 * it may have happened: the work must bear repetition. On a pipelined connection its first statement travels with BEGIN.
 */
export async function transact<T>(pool: pg.Pool, work: (transaction: Queries) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  client.on('error', ignore);
  try {
    const begun = client.query('BEGIN');
    if (!client.pipeline) await begun;
    const [result] = await Promise.all([work(client), begun]);
    await commit(client);
    client.off('error', ignore);
    client.release();
    return result;
  } catch (error) {
    // Closing is what ends a transaction surely: also where the connection hangs, or a handler still uses it.
    client.release(true);
    throw error;
  }
}

/** A handler that swallowed an error of the database has left a transaction that PostgreSQL turns into a rollback. */
async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT').catch(ofCommit);
  if (command !== 'COMMIT') throw new Undone('the transaction was undone');
}
