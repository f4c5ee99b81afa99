import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BACK_OFF, nextTry } from './back-off.js';
import { Gate } from './gate.js';

const at = new Date('2026-11-01T12:00:00Z');
const seconds = (tries: number, more: object = {}): number | undefined => {
  const next = nextTry(BACK_OFF, { tries, firstAt: at, at, chance: 0.5, ...more });
  return next && (next.getTime() - at.getTime()) / 1_000;
};

describe('an event that was not taken', () => {
  test('is tried again after 5 s, 30 s, 2 min, 10 min, 1 h, then every 3 h, a fifth more or less', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 99].map((tries) => seconds(tries))).toEqual([5, 30, 120, 600, 3_600, 10_800, 10_800, 10_800]);
    expect([seconds(1, { chance: 0 }), seconds(1, { chance: 1 })]).toEqual([4, 6]);
  });

  test('is tried the last time three days after the first try, and then no more', () => {
    const end = new Date(at.getTime() + 3 * 86_400_000);
    expect(nextTry(BACK_OFF, { tries: 30, firstAt: at, at: new Date(end.getTime() - 1) })).toEqual(end);
    expect(nextTry(BACK_OFF, { tries: 31, firstAt: at, at: end })).toBeUndefined();
  });

  test('is not tried before the time for which the receiver asked, if that lies within the three days', () => {
    expect(seconds(1, { notBefore: new Date(at.getTime() + 77_000) })).toBe(77);
    fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (asked) => expect(seconds(1, { notBefore: new Date(at.getTime() + asked * 1_000) })).toBeLessThanOrEqual(3 * 86_400)));
  });
});

describe('a receiver', () => {
  test('that nobody finds is asked with one event at a time, ever more rarely up to ten minutes; one answer opens it', () => {
    const gate = new Gate(16);
    let now = 0;
    const rests = Array.from({ length: 12 }, () => {
      gate.unanswered('ECONNREFUSED', now);
      gate.unanswered('ECONNREFUSED', now);
      const since = now;
      while (gate.room(16, now) === 0) now += 500;
      expect(gate.room(16, now)).toBe(1);
      return (now - since) / 1_000;
    });
    expect(rests).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
    expect(gate.answered()).toBe(true);
    expect(gate.room(16, now)).toBe(16);
  });

  test('is not taken for gone because a few events make it hang', () => {
    const gate = new Gate(16);
    for (let time = 0; time < 15; time += 1) expect(gate.unanswered('timeout', 0)).toBe(false);
    expect(gate.room(16, 0)).toBe(16);
    expect(gate.unanswered('timeout', 0)).toBe(true);
  });
});
