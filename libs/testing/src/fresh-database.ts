import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { testDatabaseUrl } from './servers.js';

/** A database of one test alone. */
export interface FreshDatabase {
  /** The superuser's connection URL of this database. */
  url: string;
  name: string;
  /** Ends its connections and removes it; harmless when it is gone. */
  drop(): Promise<void>;
}

/** Creates an empty database (UTF-8) on the test run's server. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`);
  const url = new URL(testDatabaseUrl());
  url.pathname = `/${name}`;
  return { url: url.href, name, drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: testDatabaseUrl(), connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
