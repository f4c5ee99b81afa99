import { expect, test } from '@jest/globals';
import { microsOf, timeText } from './clock.js';

test.each([
  ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000000Z'],
  ['2026-11-28T09:00:00.123456+01:00', '2026-11-28T08:00:00.123456Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000Z'],
  ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000000Z'],
  ['9999-12-31T22:59:59.999999-01:00', '9999-12-31T23:59:59.999968Z'],
])('a time that can be read (%s) has a text in the ledger’s form, up to the last moment of the last year', (read, written) => {
  expect(timeText(microsOf(read))).toBe(written);
});
