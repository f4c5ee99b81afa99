import { expect, test } from '@jest/globals';
import { LogSizes } from './log-sizes.js';

const second = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000);

test('a time has the size that the log had at the first look at it or after it; before the first look and after the last nothing is known', () => {
  const sizes = new LogSizes();
  expect(sizes.at(second(0))).toBeUndefined();
  for (const at of [10, 11, 12, 13]) sizes.note(at * 100, second(at));
  expect([9, 10, 10.2, 12, 13, 13.1].map((at) => sizes.at(second(at)))).toEqual([undefined, 1_000, 1_100, 1_200, 1_300, undefined]);
});

test('a clock that is set back makes what was noted before worth nothing, so that no bound stands still', () => {
  const sizes = new LogSizes();
  for (const at of [1_000, 1_001]) sizes.note(at, second(at));
  for (const at of [10, 11, 12]) sizes.note(2_000 + at, second(at));
  expect(sizes.at(second(11))).toBe(2_011);
  expect(sizes.at(second(1_000))).toBeUndefined();
});
