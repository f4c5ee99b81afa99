import { describe, expect, test } from '@jest/globals';
import { gather } from './gather.js';

const opener = (): { opened: Promise<void>; open: () => void } => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
};

describe('natural batching', () => {
  test('takes together what one turn of the event loop brings', async () => {
    const batches: number[][] = [];
    const give = gather<number>(100, async (items) => void batches.push([...items]));
    const inTurn = (async () => {
      await Promise.resolve();
      await give([3]);
    })();
    await Promise.all([give([1]), give([2]), inTurn]);
    await give([4]);
    expect(batches).toEqual([[1, 2, 3], [4]]);
  });

  test('takes together what arrived while the work before it ran, in order, and never works twice at a time', async () => {
    const batches: number[][] = [];
    const gate = opener();
    const begun = opener();
    let atOnce = 0;
    const give = gather<number>(100, async (items) => {
      atOnce += 1;
      expect(atOnce).toBe(1);
      batches.push([...items]);
      begun.open();
      await gate.opened;
      atOnce -= 1;
    });
    const first = give([1]);
    await begun.opened;
    const rest = [give([2, 3]), give([4])];
    gate.open();
    await Promise.all([first, ...rest]);
    expect(batches).toEqual([[1], [2, 3, 4]]);
  });

  test('keeps to its limit, but never divides what came together', async () => {
    const sizes: number[] = [];
    const give = gather<number>(3, async (items) => void sizes.push(items.length));
    await Promise.all([give([1]), give([1, 2]), give([1, 2]), give([1, 2, 3, 4]), give([1])]);
    expect(sizes).toEqual([3, 2, 4, 1]);
  });

  test('throws a failure at those whose work it was, and goes on', async () => {
    const give = gather<string>(1, async ([item]) => {
      if (item === 'bad') throw new Error('no');
    });
    const [bad, good] = await Promise.allSettled([give(['bad']), give(['good'])]);
    expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
  });
});
