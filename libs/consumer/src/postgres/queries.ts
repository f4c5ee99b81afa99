import type pg from 'pg';

/** A connection, or a pool, of `pg`: whatever takes its queries. */
export type Queries = Pick<pg.ClientBase, 'query'>;
