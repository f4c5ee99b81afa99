import pg from 'pg';

/** A system that follows the ledger. */
export interface FollowingSystem {
  name: string;
  /** Its own database, by the superuser. */
  url: string;
  /** SQL condition on `purpose`: the streams that it keeps. */
  keeps: string;
}

interface Held {
  person: string;
  purpose: string;
  version: number;
  allowed: boolean;
}

export async function rowsOf<R extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []): Promise<R[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<R>(text, values)).rows;
  } finally {
    await client.end();
  }
}

const ERASED = `SELECT person FROM events WHERE type = 'person-erased' AND purpose = '~person'`;

/** People whom a test made up on Kafka are no state of the ledger. */
const without = (strangers: readonly string[]): string => (strangers.length > 0 ? `AND person NOT IN (${strangers.map((one) => `'${one}'`).join()})` : '');

/** How a system's state differs from the ledger's heads: what is missing, older, other, or too much. */
export async function differences(ledgerUrl: string, { name, url, keeps }: FollowingSystem, strangers: readonly string[]): Promise<string[]> {
  const [heads, held] = await Promise.all([
    rowsOf<Held>(ledgerUrl, `SELECT person, purpose, version, allowed FROM heads WHERE ${keeps} AND person NOT IN (${ERASED})`),
    rowsOf<Held>(url, `SELECT person, purpose, version, allowed FROM samtycke_consumer.consent_state WHERE ${keeps} ${without(strangers)}`),
  ]);
  const own = new Map(held.map((one) => [`${one.person}:${one.purpose}`, one]));
  const wrong: string[] = [];
  for (const { person, purpose, version, allowed } of heads) {
    const key = `${person}:${purpose}`;
    const one = own.get(key);
    own.delete(key);
    if (!one) wrong.push(`${name} has not heard of ${key}`);
    else if (one.version !== version || one.allowed !== allowed) wrong.push(`${name} holds ${key} at version ${one.version} (${one.allowed}), the ledger at ${version} (${allowed})`);
  }
  for (const key of own.keys()) wrong.push(`${name} holds ${key}, the ledger does not`);
  return wrong;
}
