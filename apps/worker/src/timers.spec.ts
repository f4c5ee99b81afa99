import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LedgerEvent } from '#contracts';
import { freshLedger, type FreshLedger } from '#testing';
import { timerRegister } from './timers.js';

let fresh: FreshLedger;
beforeAll(async () => {
  fresh = await freshLedger();
});
afterAll(async () => {
  await fresh.close();
});

const PEOPLE = Array.from({ length: 2 }, () => randomUUID());
const PURPOSES = ['newsletter', 'market-research'];
const UNTIL = ['2030-01-01T00:00:00.000Z', '2031-01-01T00:00:00.000Z'];

/** An event that sets an end, goes on with one, or ends it. */
const change = fc.record({ person: fc.constantFrom(...PEOPLE), purpose: fc.constantFrom(...PURPOSES), does: fc.constantFrom('set', 'stay', 'end', 'override', 'over', 'object'), until: fc.constantFrom(...UNTIL) });
const eventOf = ({ person, purpose, does, until }: { person: string; purpose: string; does: string; until: string }): LedgerEvent => {
  const paused = { status: 'given', pausedUntil: until };
  const byType = { set: { type: 'preferences-changed', after: paused }, stay: { type: 'consent-granted', after: paused }, end: { type: 'preferences-changed', after: { status: 'given' } } };
  const overridden = { status: 'objected', allowed: true };
  const above = {
    override: { type: 'objection-lifted', fact: { ground: 'x', until }, after: overridden },
    over: { type: 'preferences-changed', after: { ...overridden, pausedUntil: until } },
    object: { type: 'objection-raised', after: { status: 'objected', allowed: false } },
  };
  return { event: randomUUID(), person, purpose, ...{ ...byType, ...above }[does as 'set'] } as unknown as LedgerEvent;
};

test('a stretch of the log taken at once leaves the timers that its events leave one by one', async () => {
  const job = timerRegister({ pool: fresh.pool, ledger: fresh.id });
  const after = async (work: () => Promise<unknown>): Promise<unknown[]> => {
    await fresh.pool.query('DELETE FROM timers');
    await work();
    return (await fresh.pool.query('SELECT person, purpose, kind, event, until FROM timers ORDER BY person, purpose, kind')).rows;
  };
  let stood = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 8 }), fc.array(change, { minLength: 1, maxLength: 12 }), async (earlier, later) => {
      const [before, events] = [earlier.map(eventOf), later.map(eventOf)];
      const alone = await after(async () => {
        for (const event of [...before, ...events]) await job.handle(event);
      });
      const together = await after(async () => {
        await job.handleAll?.(before);
        await job.handleAll?.(events);
      });
      stood += alone.length;
      expect(together).toEqual(alone);
    }),
    { numRuns: 60 },
  );
  expect(stood).toBeGreaterThan(20);
});
