import type pg from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { ofCommit, Undone } from '../faults.js';
import type { Store } from '../store.js';
import type { Queries } from './queries.js';
import { sqlStore } from './sql-store.js';

const ignore = (): void => undefined;

/** A runner's connection is that of `pg`; the consumer's own statements are prepared, and need it bare. */
const connect = (runner: QueryRunner): Promise<pg.PoolClient> => runner.connect() as Promise<pg.PoolClient>;

/** An error is told before the state that it leaves the transaction in: the answer to an empty statement says that surely. */
async function commit(runner: QueryRunner, client: pg.PoolClient): Promise<void> {
  await client.query('');
  if (client.getTransactionStatus() === 'E') throw new Undone('the transaction was undone');
  await runner.commitTransaction().catch(ofCommit);
}

async function transact<R>(dataSource: DataSource, work: (queries: Queries, manager: EntityManager) => Promise<R>): Promise<R> {
  const runner = dataSource.createQueryRunner();
  const client = await connect(runner);
  client.on('error', ignore);
  try {
    await runner.startTransaction();
    const result = await work(client, runner.manager);
    await commit(runner, client);
    return result;
  } catch (error) {
    // Closing is what ends a transaction surely; a handler that still uses its manager finds it released.
    client.end().catch(ignore);
    throw error;
  } finally {
    client.off('error', ignore);
    await runner.release();
  }
}

function query(dataSource: DataSource): Queries['query'] {
  const run = async (text: string, values?: unknown[]): Promise<pg.QueryResult> => {
    const runner = dataSource.createQueryRunner();
    try {
      return await (await connect(runner)).query(text, values);
    } finally {
      await runner.release();
    }
  };
  return run as unknown as Queries['query'];
}

/**
 * Keeps the state in the database of a TypeORM data source (type `postgres`); handlers get the EntityManager of the
 * transaction that applies the message. The data source must be initialized, and is never destroyed here. Two round
 * trips for each transaction more than `pgStore`.
 */
export const typeOrmStore = (dataSource: DataSource): Store<EntityManager> =>
  sqlStore({
    query: query(dataSource),
    transact: (work) => transact(dataSource, work),
    // TypeORM listens to its pool itself.
    hear: () => ignore,
  });
