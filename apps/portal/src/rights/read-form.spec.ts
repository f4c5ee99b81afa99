import { expect, test } from '@jest/globals';
import { wordsIn } from './read-form.js';

const LONGEST = 4_000;

test('what fits the field is kept to its last letter: a browser ends each line by two characters and counts them as one', () => {
  const lines = `${'a line\n'.repeat(50)}and the end`;
  const typed = lines.padEnd(LONGEST, '!');
  expect(wordsIn({ text: typed.replaceAll('\n', '\r\n') })).toBe(typed);
});

test('what is longer is cut, and what is empty is nothing', () => {
  expect(wordsIn({ text: 'x'.repeat(LONGEST + 1) })).toHaveLength(LONGEST);
  for (const text of ['', ' \r\n ', undefined, ['a']]) expect(wordsIn({ text })).toBeUndefined();
});
