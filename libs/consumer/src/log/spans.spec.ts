import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holesOf, inBoth, isIn, mergeSpans, outside, type Span, spansOf } from './spans.js';

const indices = fc.array(fc.integer({ min: -1, max: 60 }), { maxLength: 80 });
const members = (spans: readonly Span[]): number[] => spans.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
const sorted = (list: readonly number[]): number[] => [...new Set(list)].sort((one, other) => one - other);

describe('stretches of the log', () => {
  test('hold exactly the indices that were seen, whatever their order and repeats', () => {
    fc.assert(fc.property(indices, (seen) => expect(members(spansOf(seen))).toEqual(sorted(seen))));
  });

  test('merged in any order are those of everything together', () => {
    fc.assert(fc.property(indices, indices, (some, others) => expect(mergeSpans([...spansOf(others), ...spansOf(some)])).toEqual(spansOf([...some, ...others]))));
  });

  test('and what lies between them are all the indices from the first to the last', () => {
    fc.assert(
      fc.property(indices.filter((list) => list.length > 0), (seen) => {
        const all = Array.from({ length: Math.max(...seen) - Math.min(...seen) + 1 }, (_, at) => Math.min(...seen) + at);
        expect(sorted([...members(spansOf(seen)), ...members(holesOf(spansOf(seen)))])).toEqual(all);
        expect(inBoth(spansOf(seen), holesOf(spansOf(seen)))).toEqual([]);
      }),
    );
  });

  test('lie outside others where these do not hold them, and an index is in exactly one of both parts', () => {
    fc.assert(
      fc.property(indices, indices, (some, others) => {
        const left = outside(spansOf(some), spansOf(others));
        expect(members(left)).toEqual(sorted(some.filter((index) => !others.includes(index))));
        for (const index of some) expect(isIn(left, index)).toBe(!others.includes(index));
        expect(isIn(left, undefined)).toBe(false);
      }),
    );
  });

  test('have in common what both hold', () => {
    fc.assert(fc.property(indices, indices, (some, others) => expect(members(inBoth(spansOf(some), spansOf(others)))).toEqual(sorted(some.filter((index) => others.includes(index))))));
  });
});
