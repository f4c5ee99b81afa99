import { expect, test } from '@jest/globals';
import { blocksOf } from './blocks.js';

test('headings, paragraphs and lists are told apart, in order', () => {
  expect(blocksOf('Intro, två\nrader.\n\nVarför?\n\n- ett\n- två\n\n\nSlut.')).toEqual([
    { kind: 'paragraph', text: 'Intro, två rader.' },
    { kind: 'heading', text: 'Varför?' },
    { kind: 'list', items: ['ett', 'två'] },
    { kind: 'paragraph', text: 'Slut.' },
  ]);
});

test('an empty body has no blocks', () => {
  expect(blocksOf('')).toEqual([]);
});
