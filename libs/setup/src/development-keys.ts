import { join } from 'node:path';
import type { Pool } from 'pg';
import { createKey, listKeys, revokeKey, SCOPES, type ListedKey, type NewKey, type Scope } from '#access';
import { readSecret, writeSecret } from '#vault';

export interface DevelopmentKeys {
  /** One key for each scope; none where only the systems' were wanted. */
  keys: Partial<Record<Scope, string>>;
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

/** The owner of the keys for each scope. */
const EACH_SCOPE = 'development';

const inTenYears = (): Date => new Date(Date.now() + 10 * 365 * 24 * 60 * 60 * 1000);

export interface KeysWanted {
  dataDir: string;
  /** Only the keys of the systems and the website that are run, and none for each scope. */
  systemsOnly?: boolean;
}

/** What the site key is bound to. */
type Site = Required<Pick<NewKey, 'origins' | 'purposes'>>;

const hasAll = <T>(held: ReadonlySet<T>, wanted: readonly T[]): boolean => wanted.every((one) => held.has(one));

/** Those of the kept keys that the database knows. */
async function knownOf(pool: Pool, ledger: number, { ids }: Kept): Promise<ListedKey[]> {
  return (await listKeys(pool, ledger)).filter(({ id }) => ids.includes(id));
}

/** The kept keys without those for each scope. */
function ofSystems(kept: Kept, known: readonly ListedKey[]): Kept {
  if (Object.keys(kept.found.keys).length === 0) return kept;
  const ids = kept.ids.filter((id) => !known.some((key) => key.id === id && key.owner === EACH_SCOPE));
  return { ids, found: { ...kept.found, keys: {} } };
}

/** None is gone, and none that an older version made lacks a scope that its system needs now. */
function areEnough({ ids }: Kept, alive: readonly ListedKey[]): boolean {
  const scopesOf = (owner: string): Scope[] => SYSTEM_SCOPES[owner as keyof typeof SYSTEM_SCOPES] ?? [];
  return alive.length === ids.length && alive.every(({ owner, scopes }) => hasAll(scopes, scopesOf(owner)));
}

/** The site key, where it may not be used from everywhere or for everything that is wanted. */
const tooNarrow = (alive: readonly ListedKey[], { origins, purposes }: Site): ListedKey | undefined =>
  alive.find((key) => key.kind === 'site' && !(hasAll(key.origins, origins) && hasAll(key.purposes, purposes)));

const makeSiteKey = (pool: Pool, ledger: number, site: Site) => createKey(pool, ledger, { kind: 'site', owner: 'website', ...site, expiresAt: inTenYears() });

/** The kept keys with another site key in the place of one that is too narrow. */
async function widen(pool: Pool, ledger: number, { ids, found }: Kept, site: Site, old: ListedKey): Promise<Kept> {
  const { id, secret } = await makeSiteKey(pool, ledger, site);
  return { ids: [...ids.filter((one) => one !== old.id), id], found: { ...found, siteKey: secret } };
}

async function makeKeys(pool: Pool, ledger: number, site: Site, each: readonly Scope[]): Promise<Kept> {
  const ids: string[] = [];
  const make = async (key: Omit<NewKey, 'expiresAt'>): Promise<string> => {
    const { id, secret } = await createKey(pool, ledger, { ...key, expiresAt: inTenYears() });
    ids.push(id);
    return secret;
  };
  const keys: Partial<Record<Scope, string>> = {};
  for (const scope of each) keys[scope] = await make({ kind: 'server', owner: EACH_SCOPE, scopes: [scope], reason: 'development' });
  const systems: Partial<DevelopmentKeys['systemKeys']> = {};
  for (const [name, scopes] of Object.entries(SYSTEM_SCOPES)) {
    systems[name as keyof typeof SYSTEM_SCOPES] = await make({ kind: 'server', owner: name, scopes, reason: `the system ${name}` });
  }
  const { id, secret: siteKey } = await makeSiteKey(pool, ledger, site);
  return { ids: [...ids, id], found: { keys, systemKeys: systems, siteKey } as DevelopmentKeys };
}

/** What is kept from now on: the same, where it is enough. */
async function renewed(pool: Pool, ledger: number, kept: Kept, alive: readonly ListedKey[], site: Site, each: readonly Scope[]): Promise<Kept> {
  if (!areEnough(kept, alive.filter(({ id }) => kept.ids.includes(id)))) return makeKeys(pool, ledger, site, each);
  const narrow = tooNarrow(alive, site);
  return narrow ? widen(pool, ledger, kept, site, narrow) : kept;
}

/**
 * The keys of a development installation, kept in the data folder (mode 0600). All are made anew when the database does not
 * know one of them any more, the site key also when more is wanted of it; what is replaced, or no longer wanted, is revoked.
 */
export async function developmentKeys(pool: Pool, ledger: number, { dataDir, systemsOnly, ...site }: KeysWanted & Site): Promise<DevelopmentKeys> {
  const each = systemsOnly ? [] : SCOPES;
  const path = join(dataDir, 'development-keys.json');
  const kept = readSecret<Kept>(path, 'remove it, and other keys are made; those that it held work until `samtycke keys revoke` ends them');
  const known = kept ? await knownOf(pool, ledger, kept) : [];
  const alive = known.filter(({ revokedAt }) => !revokedAt);
  const wanted = kept && systemsOnly ? ofSystems(kept, known) : kept;
  const next = wanted ? await renewed(pool, ledger, wanted, alive, site, each) : await makeKeys(pool, ledger, site, each);
  if (next === kept) return kept.found;
  writeSecret(path, next);
  for (const { id } of alive) if (!next.ids.includes(id)) await revokeKey(pool, ledger, id);
  return next.found;
}
