import { rowsOf, until } from '#testing';

const EVERY_MS = 5;
const LIMIT_MS = 60_000;

/** Resolves when PostgreSQL commits a transaction that writes and comes by this port. */
export async function takesWrites(ledgerUrl: string, port: number): Promise<void> {
  const url = new URL(ledgerUrl);
  url.port = String(port);
  await until(() => rowsOf(url.href, `SELECT pg_logical_emit_message(true, 'probe', '')`), { timeoutMs: LIMIT_MS, everyMs: EVERY_MS, what: 'PostgreSQL to take writes again' });
}
