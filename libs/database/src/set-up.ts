import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { ledgerDataSource } from './data-source.js';
import { actFor, ensureRoles, LEDGER_ROLES, SYSTEMS, type RoleOptions } from './roles.js';

const DEFAULT_DATABASE = 'samtycke';
/** The oldest PostgreSQL that has all that the ledger uses (transaction_timeout). */
const OLDEST_POSTGRES = 17;
/** What PostgreSQL answers to a password that is not the role's. */
const INVALID_PASSWORD = '28P01';

export type DatabaseUser = keyof typeof LEDGER_ROLES | (typeof SYSTEMS)[number];

export interface Databases {
  /** The ledger's database, by the administrator's own name: for migrations and inspection. */
  ledgerUrl: string;
  /** What each program connects with: its own role, its own database. */
  urls: Record<DatabaseUser, string>;
}

function urlFor(adminUrl: string, database: string, user?: string, password?: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  if (user !== undefined) url.username = user;
  if (password !== undefined) url.password = password;
  return url.href;
}

const ledgerDatabaseOf = (adminUrl: string): string => {
  const named = decodeURIComponent(new URL(adminUrl).pathname.slice(1));
  return named === '' || named === 'postgres' ? DEFAULT_DATABASE : named;
};

/** The ledger's database on the server that a URL names: the one it names, `samtycke` where that is none or `postgres`. */
export const ledgerUrlOf = (url: string): string => urlFor(url, ledgerDatabaseOf(url));

/** Throws on a PostgreSQL that is older than what the ledger needs. */
export function demandVersion(version: string): void {
  if (Number.parseInt(version, 10) < OLDEST_POSTGRES) throw new Error(`the database is PostgreSQL ${version}, and the ledger needs ${OLDEST_POSTGRES} or newer`);
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const isWrongPassword = (url: string): Promise<boolean> =>
  withClient(url, async () => false).catch((error: unknown) => (error as { code?: unknown }).code === INVALID_PASSWORD);

async function ensureDatabase(client: pg.Client, name: string, connect: readonly string[], owner?: string): Promise<void> {
  const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  const database = pg.escapeIdentifier(name);
  if (!found.rowCount) await client.query(`CREATE DATABASE ${database} ENCODING 'UTF8' TEMPLATE template0`);
  if (owner) await actFor(client, owner);
  if (owner) await client.query(`ALTER DATABASE ${database} OWNER TO ${pg.escapeIdentifier(owner)}`);
  await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  for (const role of connect) await client.query(`GRANT CONNECT ON DATABASE ${database} TO ${pg.escapeIdentifier(role)}`);
}

/** The text of `deploy/postgres/roles.sql`, from the sources as well as from a build. */
function rolesSql(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'deploy/postgres/roles.sql'))) {
    if (folder === dirname(folder)) throw new Error('deploy/postgres/roles.sql is missing');
    folder = dirname(folder);
  }
  return readFileSync(join(folder, 'deploy/postgres/roles.sql'), 'utf8');
}

/** Runs the migrations that are missing and sets what each role may do. Running it again changes nothing. */
export async function migrateLedger(ledgerUrl: string): Promise<string[]> {
  const source = await ledgerDataSource(ledgerUrl).initialize();
  try {
    const done = await source.runMigrations({ transaction: 'each' });
    await source.query(rolesSql());
    return done.map((migration) => migration.name);
  } finally {
    await source.destroy();
  }
}

export interface DatabaseSetUp extends RoleOptions {
  adminUrl: string;
}

/**
 * Makes roles and databases where they are missing, and migrates the ledger. `adminUrl` must belong to a role that may
 * create roles and databases; the ledger lies in the database it names (`samtycke` where it names none or `postgres`).
 * No system's role can connect to the ledger's database, nor to another system's. A server holds one installation: the
 * roles are its own, with the passwords in its data folder.
 */
export async function setUpDatabases({ adminUrl, ...roles }: DatabaseSetUp): Promise<Databases> {
  const ledger = ledgerDatabaseOf(adminUrl);
  const passwords = await withClient(urlFor(adminUrl, 'postgres'), async (client) => {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    demandVersion(rows[0]?.server_version ?? '');
    const made = await ensureRoles(client, roles, (role, password) => isWrongPassword(urlFor(adminUrl, 'postgres', role, password)));
    await ensureDatabase(client, ledger, Object.values(LEDGER_ROLES));
    for (const name of SYSTEMS) await ensureDatabase(client, name, [name], name);
    return made;
  });
  const ledgerUrl = urlFor(adminUrl, ledger);
  await migrateLedger(ledgerUrl);
  const login = (role: string, database: string): string => urlFor(adminUrl, database, role, passwords[role]);
  const ledgerUrls = Object.entries(LEDGER_ROLES).map(([program, role]) => [program, login(role, ledger)]);
  const systemUrls = SYSTEMS.map((name) => [name, login(name, name)]);
  return { ledgerUrl, urls: Object.fromEntries([...ledgerUrls, ...systemUrls]) as Databases['urls'] };
}
