import { expect, test } from '@jest/globals';
import { newHolderId } from '#ledger';
import { Mends } from './mends.js';

const KEYS = [{ person: newHolderId(), purpose: 'newsletter' }];
const never = (): never => {
  throw new Error('nobody sends any more');
};

test('a mend waits for nobody whose term is over, whether that ends while it waits or had ended before it was asked for', async () => {
  const over = new AbortController();
  const waiting = new Mends(() => over.abort());
  await waiting.ask(KEYS, over.signal);
  const before = new Mends(() => undefined);
  await before.ask(KEYS, AbortSignal.abort());
  expect(await before.settle(never)).toBe(true);
}, 5_000);

test('what could not be sent waits on, and is done once it was', async () => {
  const { signal } = new AbortController();
  const asked: unknown[] = [];
  const mends = new Mends(() => undefined);
  const done = mends.ask(KEYS, signal);
  expect(await mends.settle(async () => false)).toBe(false);
  expect(await mends.settle(async (keys) => asked.push(...keys) > 0)).toBe(true);
  await done;
  expect(asked).toEqual(KEYS);
});
