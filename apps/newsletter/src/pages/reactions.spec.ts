import { describe, expect, test } from '@jest/globals';
import type { Reaction } from '../store/reactions.js';
import { describeReaction } from './reactions.js';
import { WORDS } from './words.js';

const withdrawn = (reason: string | null): Reaction => ({ event: '0192f8a0-0000-7000-8000-0000000000ea', type: 'consent-withdrawn', reason, allowed: false, recordedAt: new Date(0), appliedAt: new Date(0) });

describe('a yes that is over', () => {
  test.each(['person', 'one-click', 'unverified', 'gpc', 'linked-person'])('was taken back only where somebody took it back: %s', (reason) => {
    expect(describeReaction(withdrawn(reason), 'en')).toBe(`Took the yes back – ${WORDS.en.reasons[reason]}`);
  });

  test.each(['expired', 'notice-changed', 'merged', 'split', 'erased', 'retention', 'import', 'operator'])('ended where it did by itself or by somebody else: %s', (reason) => {
    expect(describeReaction(withdrawn(reason), 'sv')).toBe(`Ett ja upphörde – ${WORDS.sv.reasons[reason]}`);
    expect(describeReaction(withdrawn(reason), 'en')).toBe(`A yes ended – ${WORDS.en.reasons[reason]}`);
  });

  test('of which no reason is told ended', () => {
    expect(describeReaction(withdrawn(null), 'en')).toBe('A yes ended');
  });
});

test('of who might not be written to any more is not said that he said no', () => {
  expect(WORDS.sv.leftOut.withdrawn).not.toMatch(/nej/);
  expect(WORDS.en.leftOut.withdrawn).not.toMatch(/said no/);
});
