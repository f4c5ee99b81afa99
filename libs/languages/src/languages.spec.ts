import { expect, test } from '@jest/globals';
import { isLocale, languageFor, localeOf, LOCALES } from './languages.js';

test.each([
  ['en-GB,en;q=0.9,sv;q=0.8', 'en'],
  ['fi,da;q=0.4,sv;q=0.9', 'sv'],
  ['sv;q=0.4,en;q=0.8', 'en'],
  ['DA-dk', 'da'],
  ['en_GB', 'en'],
  ['sv;q=0', 'sv'],
  ['fi-FI', 'sv'],
  [undefined, 'sv'],
  [';;;,=', 'sv'],
  ['*', 'sv'],
])('Accept-Language %s: %s', (header, locale) => {
  expect(localeOf(header)).toBe(locale);
});

test.each(['nb', 'nb-NO', 'nn', 'no', 'nb-NO,nb;q=0.9,no;q=0.8,nn;q=0.7,en-US;q=0.6,en;q=0.5'])('Norwegian (%s) is read in Danish, the nearest that there is', (header) => {
  expect(localeOf(header)).toBe('da');
});

test('a language that is there stands before the nearest to it, and a wish before a later one', () => {
  expect(languageFor(['nb-NO', 'en'], ['en', 'da', 'nb'])).toBe('nb');
  expect(languageFor(['nb', 'en'], ['en', 'sv'])).toBe('en');
  expect(languageFor(['sv', 'nb'], ['da', 'sv'])).toBe('sv');
  expect(languageFor(['fi'], ['sv'])).toBeUndefined();
});

test('no word that every object knows is a language', () => {
  for (const word of ['constructor', 'toString', '__proto__', 'hasOwnProperty', '']) expect([isLocale(word), localeOf(word)]).toEqual([false, 'sv']);
  for (const locale of LOCALES) expect([isLocale(locale), localeOf(locale)]).toEqual([true, locale]);
});
