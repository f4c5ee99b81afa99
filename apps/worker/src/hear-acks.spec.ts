import { expect, test } from '@jest/globals';
import { Heard } from './hear-acks.js';

test('nothing counts as heard while a partition has brought what is not kept yet, however often it is looked', () => {
  const heard = new Heard();
  heard.at(0, 0n);
  const before = heard.upTo;
  expect(before).toBeInstanceOf(Date);
  heard.at(1, 3n);
  heard.look();
  heard.at(0, 0n);
  expect(heard.upTo).toBe(before);
  heard.at(1, 0n);
  expect(heard.upTo).not.toBe(before);
});
