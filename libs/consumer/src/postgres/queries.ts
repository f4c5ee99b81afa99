import type pg from 'pg';

/** A connection, or a pool, of `pg`: whatever takes its queries. */
export type Queries = Pick<pg.ClientBase, 'query'>;

/** Whether statements on it are sent as they come, without waiting for the answers before them. */
export const isPipelined = (queries: Queries): boolean => (queries as Partial<pg.Client>).pipeline === true;
