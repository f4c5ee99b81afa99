import pg from 'pg';

/** What a PostgreSQL said to `select 1`; `message` is one sentence without a password in it. */
export type PostgresAnswer =
  | { state: 'ready'; version: string }
  | { state: 'starting' | 'stopping' | 'silent' | 'refused'; message: string };

const STARTING = ['57P03'];
const STOPPING = ['57P01', '57P02'];

/** Asks the database once, for `timeoutMs` (default 5,000) at most; never throws. */
export async function askPostgres(url: string, timeoutMs = 5_000): Promise<PostgresAnswer> {
  let client: pg.Client;
  try {
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs });
  } catch {
    return { state: 'refused', message: 'it is not a PostgreSQL connection URL' };
  }
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return { state: 'ready', version: rows[0]?.server_version ?? '' };
  } catch (error) {
    return readFailure(error);
  } finally {
    void client.end().catch(() => undefined);
  }
}

function readFailure(error: unknown): PostgresAnswer {
  const { code = '', message = String(error) } = error as { code?: string; message?: string };
  if (STARTING.includes(code)) return { state: message.includes('shutting down') ? 'stopping' : 'starting', message };
  if (STOPPING.includes(code)) return { state: 'stopping', message };
  // A five-character code comes from a server that answered; all else comes from the way there.
  if (/^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code)) return { state: 'refused', message };
  return { state: 'silent', message: message || code };
}
