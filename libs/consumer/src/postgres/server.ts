import type { Queries } from './queries.js';

/**
 * Which server answers, on which tables: a standby that takes over was started at a time of its own, as was whatever serves a restored
 * backup; another database, and tables that were restored in this one, lie in files of their own. No text that hangs on a setting.
 */
export const SERVER = "extract(epoch FROM pg_postmaster_start_time()) || ' ' || coalesce(pg_relation_filepath(to_regclass('samtycke_consumer.positions')), '')";

/** Asked with a lock, so that no standby answers: neither one that is asked itself, nor one that a pooler sends what only reads to. */
const ASK = `
  WITH held AS (SELECT FROM samtycke_consumer.meta WHERE key = 'writable' FOR KEY SHARE)
  SELECT ${SERVER} AS server, (SELECT count(*) FROM held) AS held`;

export async function loadServer(queries: Queries): Promise<string | undefined> {
  const { rows } = await queries.query<{ server: string }>(ASK);
  return rows[0]?.server;
}
