import type pg from 'pg';
import type { Store } from '../store.js';
import type { Queries } from './queries.js';
import { sqlStore } from './sql-store.js';
import { transact } from './transact.js';

/** The system's own transaction. It is committed or rolled back by the consumer, never by a handler. */
export type Transaction = Queries;

/**
 * Keeps the state in the system's own database, by `pg`; handlers get the connection whose transaction applies the
 * message. The pool is never ended here.
 */
export const pgStore = (pool: pg.Pool): Store<Transaction> =>
  sqlStore({
    query: pool.query.bind(pool) as Queries['query'],
    transact: (work) => transact(pool, (queries) => work(queries, queries)),
    hear: (listener) => {
      pool.on('error', listener);
      return () => pool.off('error', listener);
    },
  });

/** Makes or updates the consumer's tables before any consumer starts: for a migration of the system's own. */
export const migrateConsumer = (pool: pg.Pool): Promise<void> => pgStore(pool).prepare();
