import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { doneBefore } from './done-before.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('of what was done in a term nothing is kept until its end, however much it was', async () => {
  const { signal } = new AbortController();
  const done = async (): Promise<WeakRef<object>> => {
    const one = doneBefore(signal, (tell) => setImmediate(tell));
    expect(await one).toBe(true);
    return new WeakRef(one);
  };
  const all: WeakRef<object>[] = [];
  for (let times = 0; times < 100; times += 1) all.push(await done());
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(all.filter((one) => one.deref() !== undefined).length).toBeLessThan(3);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('what is not done when the term ends is not waited for, nor what is begun after it', async () => {
  const term = new AbortController();
  let tell = (): void => undefined;
  const late = doneBefore(term.signal, (done) => void (tell = done));
  term.abort();
  tell();
  expect(await late).toBe(false);
  expect(await doneBefore(term.signal, () => undefined)).toBe(false);
});
