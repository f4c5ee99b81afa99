import { expect, test } from '@jest/globals';
import { Counter, type Progress } from './progress.js';

test('progress counts what is done, and the time left follows the pace so far', () => {
  const told: Progress[] = [];
  let now = 1_000;
  const counter = new Counter(300, (progress) => told.push(progress), () => now);
  for (let page = 0; page < 3; page += 1) {
    now += 2_000;
    counter.add(100);
  }
  expect(told).toEqual([
    { done: 100, total: 300, secondsLeft: 4 },
    { done: 200, total: 300, secondsLeft: 2 },
    { done: 300, total: 300, secondsLeft: 0 },
  ]);
});

test('more work than was counted at first is no more than all of it', () => {
  const told: Progress[] = [];
  new Counter(10, (progress) => told.push(progress), () => 0).add(20);
  expect(told).toEqual([{ done: 20, total: 20, secondsLeft: 0 }]);
});
