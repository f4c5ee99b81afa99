import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { createKey, listKeys, SCOPES, type NewKey, type Scope } from '#access';

export interface DevelopmentKeys {
  /** One key for each scope. */
  keys: Record<Scope, string>;
  systemKeys: { newsletter: string; analytics: string; portal: string };
  siteKey: string;
}

interface Kept {
  ids: string[];
  found: DevelopmentKeys;
}

const SYSTEM_SCOPES: Record<keyof DevelopmentKeys['systemKeys'], Scope[]> = {
  newsletter: ['identifiers:read', 'consents:read'],
  analytics: ['consents:read'],
  portal: ['consents:read', 'consents:write', 'people:read', 'people:write'],
};

const inTenYears = (): Date => new Date(Date.now() + 10 * 365 * 24 * 60 * 60 * 1000);

/** Also those that an older version made count as gone where a system needs more scopes now. */
async function stillThere(pool: Pool, ledger: number, kept: Kept): Promise<boolean> {
  const alive = new Map((await listKeys(pool, ledger)).filter((key) => !key.revokedAt).map((key) => [key.id, key]));
  const scopesOf = (owner: string): Scope[] => SYSTEM_SCOPES[owner as keyof typeof SYSTEM_SCOPES] ?? [];
  return kept.ids.every((id) => {
    const key = alive.get(id);
    return key !== undefined && scopesOf(key.owner).every((scope) => key.scopes.has(scope));
  });
}

async function makeKeys(pool: Pool, ledger: number, site: { origins: string[]; purposes: string[] }): Promise<Kept> {
  const ids: string[] = [];
  const make = async (key: Omit<NewKey, 'expiresAt'>): Promise<string> => {
    const { id, secret } = await createKey(pool, ledger, { ...key, expiresAt: inTenYears() });
    ids.push(id);
    return secret;
  };
  const keys: Partial<Record<Scope, string>> = {};
  for (const scope of SCOPES) keys[scope] = await make({ kind: 'server', owner: 'development', scopes: [scope], reason: 'development' });
  const systems: Partial<DevelopmentKeys['systemKeys']> = {};
  for (const [name, scopes] of Object.entries(SYSTEM_SCOPES)) {
    systems[name as keyof typeof SYSTEM_SCOPES] = await make({ kind: 'server', owner: name, scopes, reason: `the system ${name}` });
  }
  const siteKey = await make({ kind: 'site', owner: 'website', ...site });
  return { ids, found: { keys, systemKeys: systems, siteKey } as DevelopmentKeys };
}

/**
 * The keys of a development installation, kept in the data folder (mode 0600) and made anew when the database does not
 * know them any more.
 */
export async function developmentKeys(
  pool: Pool,
  ledger: number,
  { dataDir, ...site }: { dataDir: string; origins: string[]; purposes: string[] },
): Promise<DevelopmentKeys> {
  const path = join(dataDir, 'development-keys.json');
  const kept = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Kept) : undefined;
  if (kept && (await stillThere(pool, ledger, kept))) return kept.found;
  const made = await makeKeys(pool, ledger, site);
  writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  return made.found;
}
