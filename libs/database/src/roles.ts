import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { readSecret, writeSecret } from '#vault';

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

/** Whether the server refuses this password for a role; any other reason why it does not let it in says nothing of that. */
type IsWrong = (role: string, password: string) => Promise<boolean>;

/** The passwords in the data folder, if any; throws where they would lock out what runs with the roles of another installation. */
async function keptPasswords(path: string, taken: string | undefined, isWrong: IsWrong): Promise<Record<string, string> | undefined> {
  const wayOut = taken === undefined ? 'remove it, and the roles get new passwords' : 'put it back, or take the roles over by `samtycke migrate --new-passwords`';
  const kept = readSecret<Record<string, string>>(path, wayOut);
  if (taken === undefined) return kept;
  const password = kept?.[taken];
  if (kept && !(password && (await isWrong(taken, password)))) return kept;
  const where = kept ? `${path} holds another password` : `${path}, which would hold its password, is missing`;
  throw new Error(
    `this PostgreSQL has the role ${taken} already, and ${where}: set SAMTYCKE_DATA to the data folder of the installation that made it, or, to take its roles over, run \`samtycke migrate --new-passwords\``,
  );
}

/** Passwords of the roles, kept in the data folder (mode 0600); made where no role has one yet, or all are to be new. */
async function passwordsIn({ dataDir, newPasswords, ownServer }: RoleOptions, standing: readonly string[], isWrong: IsWrong): Promise<Record<string, string>> {
  const path = join(dataDir, 'database-roles.json');
  const kept = newPasswords ? undefined : await keptPasswords(path, ownServer ? undefined : standing[0], isWrong);
  if (kept) return kept;
  const passwords = freshPasswords();
  mkdirSync(dataDir, { recursive: true });
  writeSecret(path, passwords);
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
export async function ensureRoles(client: pg.Client, options: RoleOptions, isWrong: IsWrong): Promise<Record<string, string>> {
  const { rows } = await client.query<Standing>(
    'SELECT rolname AS name, rolsuper OR rolcreatedb OR rolcreaterole AS mighty FROM pg_roles WHERE rolname = ANY ($1) ORDER BY rolname', [NAMES],
  );
  const passwords = await passwordsIn(options, rows.map(({ name }) => name), isWrong);
  for (const [name, password] of Object.entries(passwords)) await ensureRole(client, name, password, rows.find((row) => row.name === name));
  return passwords;
}

/** Lets the caller act for a role that he made: a superuser can, whoever may only create roles is granted it first. */
export async function actFor(client: pg.Client, name: string): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>(`SELECT pg_has_role($1, 'SET') AND pg_has_role($1, 'USAGE') AS may`, [name]);
  if (!rows[0]?.may) await client.query(`GRANT ${pg.escapeIdentifier(name)} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE`);
}
