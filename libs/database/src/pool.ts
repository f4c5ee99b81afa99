import pg from 'pg';

export interface PoolOptions {
  url: string;
  /** Shown in pg_stat_activity. */
  name: string;
  max?: number;
  /** Called when a connection breaks while it is idle or checked out; the pool goes on. */
  onError?: (error: Error) => void;
  settings?: Record<string, string>;
  /** A statement that has no answer after this long counts as a broken connection: a frozen server must not hold calls for ever. */
  queryTimeoutMs?: number;
  /** Queries of one connection are sent as they come, without waiting for the answers before them. */
  pipeline?: boolean;
}

/**
 * For programs whose every statement is a look-up by key: plans are made once, and never from the statistics of a table
 * that was empty then (a sequential scan kept from that hour made the append five times slower). A named statement keeps its plan
 * while the table grows: one whose plan is not the same for every size (test/plans) has no name.
 */
export const KEYED_LOOKUPS = { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off', enable_bitmapscan: 'off', jit: 'off' };

/** A pool that outlives restarts of the server: errors of idle and of checked-out connections are heard, not thrown. */
export function createPool({ url, name, max = 10, onError = () => undefined, settings = {}, queryTimeoutMs, pipeline = false }: PoolOptions): pg.Pool {
  const options = Object.entries(settings).map(([key, value]) => `-c ${key}=${value}`).join(' ');
  const pool = new pg.Pool({
    connectionString: url,
    application_name: name,
    max,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    query_timeout: queryTimeoutMs,
    pipeline,
    options,
  });
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}
