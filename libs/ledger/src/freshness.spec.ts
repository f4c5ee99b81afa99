import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freshLedger, type FreshLedger } from '#testing';
import { Freshness, LogUnreadable } from './freshness.js';

let fresh: FreshLedger;
beforeAll(async () => {
  fresh = await freshLedger();
});
afterAll(() => fresh.close());

interface Reading {
  answer(size: number): void;
  fail(error: Error): void;
}

/** A log whose first readings give no answer until they are told one. */
function silentLog(silent: number): { outside: () => Promise<number>; begun: Reading[] } {
  const begun: Reading[] = [];
  const outside = (): Promise<number> =>
    new Promise((answer, fail) => {
      if (begun.push({ answer, fail }) > silent) answer(0);
    });
  return { outside, begun };
}

test('a log that gives no answer, as on a mount that hangs, is one that cannot be read: soon said, without a connection held or a second reading begun; once it answers, the next check goes on', async () => {
  const { pool, id: ledger } = fresh;
  const { outside, begun } = silentLog(2);
  const freshness = new Freshness({ pool, ledger, outside });
  for (const end of [(): void => begun[0]?.answer(0), (): void => begun[1]?.fail(new Error('EIO'))]) {
    const already = begun.length;
    await expect(freshness.demand()).rejects.toThrow(LogUnreadable);
    const again = freshness.demand();
    expect(pool.totalCount).toBeGreaterThan(0);
    expect(pool.idleCount).toBe(pool.totalCount);
    await expect(again).rejects.toThrow('(no answer within 3 s)');
    expect(begun).toHaveLength(already + 1);
    end();
  }
  await freshness.demand();
  expect(begun).toHaveLength(3);
});
