import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { secondsOver, type Slot } from './rates.js';

const SLOT_MS = 300_000;
const slots = fc.uniqueArray(fc.record({ kind: fc.constant('grants' as const), slot: fc.integer({ min: 988, max: 1000 }), calls: fc.integer({ min: 1, max: 40 }) }), { selector: (one) => one.slot, minLength: 1 });
const sum = (some: Slot[]): number => some.reduce((calls, one) => calls + one.calls, 0);
const now = 1000 * SLOT_MS + 1;

test('one is over exactly when the hour holds more calls than the limit', () => {
  fc.assert(fc.property(slots, fc.integer({ min: 1, max: 200 }), (some, limit) => (secondsOver(some, limit, now) !== undefined) === sum(some) > limit));
});

test('after the time that is told one more call passes, and a slot earlier it would not have', () => {
  fc.assert(fc.property(slots, fc.integer({ min: 1, max: 200 }), (some, limit) => {
    const seconds = secondsOver(some, limit, now);
    fc.pre(seconds !== undefined);
    const left = (slot: number): Slot[] => some.filter((one) => one.slot >= slot - 12);
    const then = Math.floor((now + seconds * 1000) / SLOT_MS);
    expect(sum(left(then)) + 1).toBeLessThanOrEqual(limit);
    if (then > 1001) expect(sum(left(then - 1)) + 1).toBeGreaterThan(limit);
  }));
});
