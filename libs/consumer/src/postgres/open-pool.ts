import pg from 'pg';

export interface PoolSettings {
  url: string;
  /** Shown in pg_stat_activity. */
  name: string;
  max?: number;
  onError?: (error: Error) => void;
}

/**
 * A pool for a system's own database that outlives restarts of the server: broken connections are heard, not thrown,
 * and no statement waits for ever (20 s). Its connections are pipelined: no `pg-cursor`, no `rows` option.
 */
export function openPool({ url, name, max = 10, onError = () => undefined }: PoolSettings): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: name,
    max,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: 20_000,
    query_timeout: 25_000,
    pipeline: true,
  });
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}
