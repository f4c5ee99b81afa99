import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

export const LEDGER_ROLES = { api: 'samtycke_api', relay: 'samtycke_relay', worker: 'samtycke_worker' } as const;
export const SYSTEMS = ['newsletter', 'analytics', 'portal'] as const;

const NAMES: readonly string[] = [...Object.values(LEDGER_ROLES), ...SYSTEMS];

export interface RoleOptions {
  dataDir: string;
  /** Gives every role another password: programs that run with the old one are locked out. */
  newPasswords?: boolean;
  /** The server lies in the data folder itself, so nobody else's programs run on it: passwords that are missing are made anew. */
  ownServer?: boolean;
}

const freshPasswords = (): Record<string, string> => Object.fromEntries(NAMES.map((name) => [name, randomBytes(24).toString('hex')]));

/** Passwords of the roles, kept in the data folder (mode 0600); made where no role has one yet, or all are to be new. */
function passwordsIn({ dataDir, newPasswords, ownServer }: RoleOptions, standing: readonly string[]): Record<string, string> {
  const path = join(dataDir, 'database-roles.json');
  if (existsSync(path) && !newPasswords) return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  if (standing.length > 0 && !newPasswords && !ownServer) {
    throw new Error(
      `this PostgreSQL has the role ${standing[0]} already, and ${path}, which would hold its password, is missing: set SAMTYCKE_DATA to the data folder of the installation that made it, or, to take its roles over, run \`samtycke migrate --new-passwords\``,
    );
  }
  const passwords = freshPasswords();
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(path, `${JSON.stringify(passwords, null, 2)}\n`, { mode: 0o600 });
  return passwords;
}

interface Standing {
  name: string;
  /** It may more than a program may. */
  mighty: boolean;
}

async function ensureRole(client: pg.Client, name: string, password: string, standing: Standing | undefined): Promise<void> {
  const role = pg.escapeIdentifier(name);
  const secret = pg.escapeLiteral(password);
  if (!standing) return void (await client.query(`CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${secret}`));
  // Only a superuser may name these attributes, even to take them away.
  if (standing.mighty) await client.query(`ALTER ROLE ${role} NOSUPERUSER NOCREATEDB NOCREATEROLE`);
  await client.query(`ALTER ROLE ${role} LOGIN PASSWORD ${secret}`);
}

/**
 * Makes the programs' roles where they are missing, and returns their passwords. Throws, before anything is changed, where
 * a role exists and its password is not in the data folder.
 */
export async function ensureRoles(client: pg.Client, options: RoleOptions): Promise<Record<string, string>> {
  const { rows } = await client.query<Standing>(
    'SELECT rolname AS name, rolsuper OR rolcreatedb OR rolcreaterole AS mighty FROM pg_roles WHERE rolname = ANY ($1) ORDER BY rolname', [NAMES],
  );
  const passwords = passwordsIn(options, rows.map(({ name }) => name));
  for (const [name, password] of Object.entries(passwords)) await ensureRole(client, name, password, rows.find((row) => row.name === name));
  return passwords;
}

/** Lets the caller act for a role that he made: a superuser can, whoever may only create roles is granted it first. */
export async function actFor(client: pg.Client, name: string): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>(`SELECT pg_has_role($1, 'SET') AND pg_has_role($1, 'USAGE') AS may`, [name]);
  if (!rows[0]?.may) await client.query(`GRANT ${pg.escapeIdentifier(name)} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE`);
}
