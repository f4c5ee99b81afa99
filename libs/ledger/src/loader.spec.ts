import { describe, expect, jest, test } from '@jest/globals';
import { Unavailable } from './call.js';
import { Loader } from './loader.js';

const broken = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

describe('a read whose connection breaks', () => {
  test('is asked again on another one, and whoever waits notices nothing', async () => {
    let asked = 0;
    const loader = new Loader<number, number>(async (keys) => {
      asked += 1;
      if (asked < 3) throw broken();
      return keys.map((key) => key * 2);
    });
    expect(await Promise.all([loader.load(1), loader.load(2)])).toEqual([2, 4]);
    expect(asked).toBe(3);
  });

  test('is unavailable when there is no database to be had, within half a second', async () => {
    const loader = new Loader<number, number>(async () => {
      throw broken();
    });
    const from = performance.now();
    await expect(loader.load(1)).rejects.toBeInstanceOf(Unavailable);
    expect(performance.now() - from).toBeLessThan(500);
  });

  test('is not asked again where it will fail every time', async () => {
    let asked = 0;
    const loader = new Loader<number, number>(async () => {
      asked += 1;
      throw new TypeError('a mistake');
    });
    await expect(loader.load(1)).rejects.toThrow('a mistake');
    expect(asked).toBe(1);
  });

  test('is not asked again after a long silence: a frozen database must not hold calls for longer', async () => {
    let asked = 0;
    const loader = new Loader<number, number>(async () => {
      asked += 1;
      const now = performance.now();
      jest.spyOn(performance, 'now').mockImplementation(() => now + 600);
      throw broken();
    });
    await expect(loader.load(1)).rejects.toBeInstanceOf(Unavailable);
    jest.restoreAllMocks();
    expect(asked).toBe(1);
  });
});
