import { expect, test } from '@jest/globals';
import { isLocale, localeOf, textsIn } from './texts.js';

test('no word that every object knows is a language', () => {
  for (const word of ['constructor', 'toString', '__proto__', 'hasOwnProperty', '']) expect([isLocale(word), localeOf(word)]).toEqual([false, 'sv']);
  for (const language of ['sv', 'da', 'en']) expect([isLocale(language), localeOf(language)]).toEqual([true, language]);
});

test('a purpose is called what it is called, whatever stands in its title', () => {
  const title = "$& $' $` $$ {purpose}";
  expect(textsIn('en', title).unsubscribedText).toBe(`We have stopped “${title}”. You get no more of it.`);
});
