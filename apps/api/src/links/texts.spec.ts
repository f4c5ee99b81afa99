import { expect, test } from '@jest/globals';
import { textsIn } from './texts.js';

test('a purpose is called what it is called, whatever stands in its title', () => {
  const title = "$& $' $` $$ {purpose}";
  expect(textsIn('en', title).unsubscribedText).toBe(`We have stopped “${title}”. You get no more of it.`);
});
