import pg from 'pg';

export interface PoolOptions {
  url: string;
  /** Shown in pg_stat_activity. */
  name: string;
  max?: number;
  /** Called when a connection breaks while it is idle or checked out; the pool goes on. */
  onError?: (error: Error) => void;
  settings?: Record<string, string>;
}

/** A pool that outlives restarts of the server: errors of idle and of checked-out connections are heard, not thrown. */
export function createPool({ url, name, max = 10, onError = () => undefined, settings = {} }: PoolOptions): pg.Pool {
  const options = Object.entries(settings).map(([key, value]) => `-c ${key}=${value}`).join(' ');
  const pool = new pg.Pool({
    connectionString: url,
    application_name: name,
    max,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    options,
  });
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}
