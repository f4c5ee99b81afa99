import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createPool } from '#database';
import { createProxy, freshLedger, until, type FreshLedger } from '#testing';
import { KeyCache } from './key-cache.js';
import { createKey } from './keys.js';

let fresh: FreshLedger;
beforeAll(async () => {
  fresh = await freshLedger();
});
afterAll(() => fresh.close());
afterEach(() => void jest.restoreAllMocks());

async function cacheWithKey(): Promise<{ cache: KeyCache; secret: string; id: string }> {
  const { id, secret } = await createKey(fresh.pool, fresh.id, { kind: 'server', owner: 'crm', scopes: ['consents:write'], expiresAt: new Date(Date.now() + 3_600_000) });
  const cache = new KeyCache(fresh.pool, fresh.id);
  await cache.start();
  return { cache, secret, id };
}

/** The process has slept: its clock is that much further, and no timer has run. */
function sleepFor(milliseconds: number): void {
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + milliseconds);
}

describe('keys that were not read for longer than a revocation may take', () => {
  test('are believed by nobody as they stand, and are read again before a call is refused', async () => {
    const { cache, secret } = await cacheWithKey();
    sleepFor(6_000);
    expect(cache.find(secret)).toBe('keys_stale');
    expect(await cache.findNow(secret)).toMatchObject({ owner: 'crm' });
    await cache.stop();
  });

  test('and one that was revoked meanwhile is refused', async () => {
    const { cache, secret, id } = await cacheWithKey();
    await fresh.pool.query('UPDATE api_keys SET revoked_at = now() WHERE ledger = $1 AND id = $2', [fresh.id, id]);
    sleepFor(6_000);
    expect(await cache.findNow(secret)).toBe('key_revoked');
    await cache.stop();
  });

  test('and where a connection broke over it, they are asked for on another one', async () => {
    const way = await createProxy({ target: () => Number(new URL(fresh.url).port) });
    const url = new URL(fresh.url);
    url.port = String(way.port);
    const pool = createPool({ url: url.href, name: 'keys' });
    const { id, secret } = await createKey(fresh.pool, fresh.id, { kind: 'server', owner: 'crm', scopes: ['consents:write'], expiresAt: new Date(Date.now() + 3_600_000) });
    let broken = 0;
    const cache = new KeyCache(pool, fresh.id, () => (broken += 1));
    await cache.start();
    way.cut();
    sleepFor(6_000);
    const found = cache.findNow(secret);
    await until(() => broken > 0);
    way.mend();
    expect(await found).toMatchObject({ id });
    await cache.stop();
    await pool.end();
    way.close();
  });

  test('and while they cannot be read the call is told so', async () => {
    const { cache, secret } = await cacheWithKey();
    sleepFor(6_000);
    jest.spyOn(fresh.pool, 'query').mockImplementation(() => Promise.reject(new Error('Connection terminated unexpectedly')) as never);
    expect(await cache.findNow(secret)).toBe('keys_stale');
    await cache.stop();
  });
});
