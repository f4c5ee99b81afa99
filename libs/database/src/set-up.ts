import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { ledgerDataSource } from './data-source.js';

const LEDGER_ROLES = { api: 'samtycke_api', relay: 'samtycke_relay', worker: 'samtycke_worker' } as const;
const SYSTEMS = ['newsletter', 'analytics', 'portal'] as const;
const DEFAULT_DATABASE = 'samtycke';

export type DatabaseUser = keyof typeof LEDGER_ROLES | (typeof SYSTEMS)[number];

export interface Databases {
  /** The ledger's database, by the administrator's own name: for migrations and inspection. */
  ledgerUrl: string;
  /** What each program connects with: its own role, its own database. */
  urls: Record<DatabaseUser, string>;
}

/** Passwords of the roles, made once and kept in the data folder (mode 0600). */
function passwordsIn(dataDir: string): Record<string, string> {
  const path = join(dataDir, 'database-roles.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  const names = [...Object.values(LEDGER_ROLES), ...SYSTEMS];
  const passwords = Object.fromEntries(names.map((name) => [name, randomBytes(24).toString('hex')]));
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(path, `${JSON.stringify(passwords, null, 2)}\n`, { mode: 0o600 });
  return passwords;
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

async function ensureRole(client: pg.Client, name: string, password: string): Promise<void> {
  const found = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
  const role = pg.escapeIdentifier(name);
  const verb = found.rowCount ? 'ALTER' : 'CREATE';
  await client.query(`${verb} ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${pg.escapeLiteral(password)}`);
}

async function ensureDatabase(client: pg.Client, name: string, connect: readonly string[], owner?: string): Promise<void> {
  const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  const database = pg.escapeIdentifier(name);
  if (!found.rowCount) await client.query(`CREATE DATABASE ${database} ENCODING 'UTF8' TEMPLATE template0`);
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

/**
 * Makes roles and databases where they are missing, and migrates the ledger. `adminUrl` must belong to a role that may
 * create roles and databases; the ledger lies in the database it names (`samtycke` where it names none or `postgres`).
 * No system's role can connect to the ledger's database, nor to another system's.
 */
export async function setUpDatabases({ adminUrl, dataDir }: { adminUrl: string; dataDir: string }): Promise<Databases> {
  const passwords = passwordsIn(dataDir);
  const ledger = ledgerDatabaseOf(adminUrl);
  await withClient(urlFor(adminUrl, 'postgres'), async (client) => {
    for (const [name, password] of Object.entries(passwords)) await ensureRole(client, name, password);
    await ensureDatabase(client, ledger, Object.values(LEDGER_ROLES));
    for (const name of SYSTEMS) await ensureDatabase(client, name, [name], name);
  });
  const ledgerUrl = urlFor(adminUrl, ledger);
  await migrateLedger(ledgerUrl);
  const login = (role: string, database: string): string => urlFor(adminUrl, database, role, passwords[role]);
  const ledgerUrls = Object.entries(LEDGER_ROLES).map(([program, role]) => [program, login(role, ledger)]);
  const systemUrls = SYSTEMS.map((name) => [name, login(name, name)]);
  return { ledgerUrl, urls: Object.fromEntries([...ledgerUrls, ...systemUrls]) as Databases['urls'] };
}
