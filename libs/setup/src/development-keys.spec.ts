import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createKey, KeyCache, listKeys, revokeKey, SCOPES } from '#access';
import { freshLedger, type FreshLedger } from '#testing';
import { developmentKeys, type DevelopmentKeys } from './development-keys.js';

const SITE = { origins: ['http://127.0.0.1:8082', 'http://localhost:8082'], purposes: ['newsletter', 'statistics'] };

let fresh: FreshLedger;
let dataDir: string;
beforeEach(async () => {
  fresh = await freshLedger();
  dataDir = await mkdtemp(join(tmpdir(), 'samtycke-keys-'));
});
afterEach(async () => {
  await fresh.close();
  await rm(dataDir, { recursive: true });
});

const keysFor = (site: Partial<typeof SITE> = {}): Promise<DevelopmentKeys> => developmentKeys(fresh.pool, fresh.id, { dataDir, ...SITE, ...site });
const alive = async () => (await listKeys(fresh.pool, fresh.id)).filter(({ revokedAt }) => !revokedAt);
const siteKeys = async () => (await alive()).filter(({ kind }) => kind === 'site');

/** What the api thinks of a secret. */
async function found(secret: string): Promise<unknown> {
  const cache = new KeyCache(fresh.pool, fresh.id);
  await cache.start();
  const answer = cache.find(secret);
  await cache.stop();
  return answer;
}

describe('the keys of a development installation', () => {
  test('are kept: a start that wants the same, or less, makes none', async () => {
    const first = await keysFor();
    expect(await keysFor()).toEqual(first);
    expect(await keysFor({ origins: ['http://localhost:8082'], purposes: ['statistics'] })).toEqual(first);
    expect(await alive()).toHaveLength(SCOPES.length + 4);
  });

  test.each<[string, Partial<typeof SITE>]>([
    ['an origin', { origins: ['http://127.0.0.1:9000', 'http://localhost:9000'] }],
    ['a purpose', { purposes: [...SITE.purposes, 'market-research'] }],
  ])('have another site key where the kept one lacks %s, which revokes that; the others stay', async (_, wanted) => {
    const { siteKey: old, ...others } = await keysFor();
    const { siteKey, ...same } = await keysFor(wanted);
    expect(same).toEqual(others);
    expect(await found(siteKey)).toMatchObject({ origins: new Set(wanted.origins ?? SITE.origins), purposes: new Set(wanted.purposes ?? SITE.purposes) });
    expect(await found(old)).toBe('key_revoked');
    expect(await siteKeys()).toHaveLength(1);
    expect(await keysFor(wanted)).toEqual({ siteKey, ...same });
  });

  test('are all made anew once one is gone, and none of those that they replace opens anything', async () => {
    const first = await keysFor();
    const gone = (await alive()).find(({ owner }) => owner === 'analytics');
    await revokeKey(fresh.pool, fresh.id, gone?.id ?? '');
    const second = await keysFor();
    for (const secret of [...Object.values(first.keys), ...Object.values(first.systemKeys), first.siteKey]) expect(await found(secret)).toBe('key_revoked');
    expect(await found(second.systemKeys.analytics)).toMatchObject({ owner: 'analytics' });
    expect(await alive()).toHaveLength(SCOPES.length + 4);
  });

  test('are only those of the systems and the website where nothing else is wanted', async () => {
    const made = await developmentKeys(fresh.pool, fresh.id, { dataDir, systemsOnly: true, ...SITE });
    expect(made.keys).toEqual({});
    expect((await alive()).map(({ owner }) => owner).sort()).toEqual(['analytics', 'newsletter', 'portal', 'website']);
    expect(await developmentKeys(fresh.pool, fresh.id, { dataDir, systemsOnly: true, ...SITE })).toEqual(made);
  });

  test('of each scope are revoked and forgotten once only those of the systems are wanted, also where one of them is gone already; the others stay', async () => {
    const { keys, ...others } = await keysFor();
    const gone = (await alive()).find(({ owner }) => owner === 'development');
    await revokeKey(fresh.pool, fresh.id, gone?.id ?? '');
    const systemsOnly = (): Promise<DevelopmentKeys> => developmentKeys(fresh.pool, fresh.id, { dataDir, systemsOnly: true, ...SITE });
    expect(await systemsOnly()).toEqual({ ...others, keys: {} });
    for (const secret of Object.values(keys)) expect(await found(secret)).toBe('key_revoked');
    expect((await alive()).map(({ owner }) => owner).sort()).toEqual(['analytics', 'newsletter', 'portal', 'website']);
    expect(await readFile(join(dataDir, 'development-keys.json'), 'utf8')).not.toContain(keys['consents:write']);
    expect(await systemsOnly()).toEqual({ ...others, keys: {} });
  });

  test('are never half on the disk; a file that is torn all the same is named, with what is to be done', async () => {
    await keysFor();
    const path = join(dataDir, 'development-keys.json');
    const before = await open(path);
    const text = await readFile(path, 'utf8');
    await keysFor({ purposes: ['market-research'] });
    expect([await before.readFile('utf8'), (await readdir(dataDir))]).toEqual([text, ['development-keys.json']]);
    await before.close();
    await writeFile(path, '');
    await expect(keysFor()).rejects.toThrow(new RegExp(`^cannot read ${path} \\([^)\n]+\\): remove it[^\n]*samtycke keys revoke[^\n]*$`));
    expect(await readFile(path, 'utf8')).toBe('');
  });

  test('leave those alone that somebody else made', async () => {
    const { id } = await createKey(fresh.pool, fresh.id, { kind: 'site', owner: 'website', ...SITE, expiresAt: new Date(Date.now() + 3_600_000) });
    await keysFor();
    await keysFor({ purposes: ['market-research'] });
    for (const kept of await alive()) if (kept.kind === 'server') await revokeKey(fresh.pool, fresh.id, kept.id);
    await keysFor();
    expect((await siteKeys()).map((key) => key.id)).toContain(id);
  });
});
