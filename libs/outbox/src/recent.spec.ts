import { expect, test } from '@jest/globals';
import { leafOf, type StoredLeaf } from './log.js';
import { RecentLeaves } from './recent.js';

const leaves = (from: number, count: number): StoredLeaf[] => Array.from({ length: count }, (_, at) => leafOf({ idx: String(from + at), hash: '', text: '{}' }));
const indices = (found: StoredLeaf[] | undefined): number[] | undefined => found?.map(({ index }) => index);

test('gives what follows, in order and without a gap; nothing at the end, and no answer for what is not kept', () => {
  const recent = new RecentLeaves(4);
  expect(recent.from(0, 10)).toBeUndefined();
  recent.add(leaves(7, 3));
  recent.add(leaves(10, 2));
  expect(indices(recent.from(8, 2))).toEqual([8, 9]);
  expect(indices(recent.from(9, 10))).toEqual([9, 10, 11]);
  expect(recent.from(12, 10)).toEqual([]);
  expect(recent.from(6, 10)).toBeUndefined();
  expect(recent.from(13, 10)).toBeUndefined();
});

test('keeps a bounded number, the newest', () => {
  const recent = new RecentLeaves(4);
  for (let from = 0; from < 1_000; from += 5) recent.add(leaves(from, 5));
  expect(recent.from(990, 10)).toBeUndefined();
  expect(indices(recent.from(996, 10))).toEqual([996, 997, 998, 999]);
});

test('knows nothing any more after an error or a gap: what lies before is read again', () => {
  const recent = new RecentLeaves();
  recent.add(leaves(0, 3));
  recent.add(leaves(5, 2));
  expect(recent.from(3, 10)).toBeUndefined();
  expect(indices(recent.from(5, 10))).toEqual([5, 6]);
  recent.forget();
  expect(recent.from(7, 10)).toBeUndefined();
});
