import type { Queries } from './queries.js';

/**
 * Which server answers, on which tables: a standby that takes over was started at a time of its own, as was whatever serves a restored
 * backup; another database, and tables that were restored in this one, lie in files of their own. No text that hangs on a setting.
 */
export const SERVER = "extract(epoch FROM pg_postmaster_start_time()) || ' ' || coalesce(pg_relation_filepath(to_regclass('samtycke_consumer.positions')), '')";

/** Costs nothing that would have to be written. A standby, asked itself or by a pooler that sends it what only reads, gives no row. */
const ASK = `SELECT ${SERVER} AS server WHERE NOT pg_is_in_recovery()`;
/** By a lock, which no standby gives. */
const ASK_SURELY = `
  WITH held AS (SELECT FROM samtycke_consumer.meta WHERE key = 'writable' FOR KEY SHARE)
  SELECT ${SERVER} AS server, (SELECT count(*) FROM held) AS held`;

/** Which server takes what is written. Throws what the database throws; also where only a standby answers. */
export async function loadServer(queries: Queries): Promise<string | undefined> {
  const asked = await queries.query<{ server: string }>(ASK);
  const { rows } = asked.rows.length > 0 ? asked : await queries.query<{ server: string }>(ASK_SURELY);
  return rows[0]?.server;
}
