import { setTimeout as pause } from 'node:timers/promises';
import { Batcher } from './batcher.js';
import { Unavailable } from './call.js';
import { faultOf } from './faults.js';

interface Question<K, V> {
  key: K;
  resolve(value: V | undefined): void;
  reject(error: unknown): void;
}

/** Pauses before a read is asked again whose connection broke; a server that restarts takes longer. */
const AGAIN_MS = [10, 100];
/** A failure that took longer is not followed by another wait. */
const SILENCE_MS = 500;

const unreachable = (error: unknown): boolean => faultOf(error) === 'unclear' || faultOf(error) === 'again';

/** A read changes nothing, so a broken connection is no reason to refuse whoever waits. */
async function surely<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    const asked = performance.now();
    try {
      return await read();
    } catch (error) {
      const wait = AGAIN_MS[attempt];
      if (wait === undefined || !unreachable(error) || performance.now() - asked > SILENCE_MS) throw error;
      await pause(wait);
    }
  }
}

/**
 * Reads that arrive together become one statement. `read` gives the answers in the order of the keys, undefined where
 * there is none. A database that cannot be reached is `Unavailable`; one broken connection is not noticed.
 */
export class Loader<K, V> {
  private readonly batcher: Batcher<Question<K, V>>;
  constructor(read: (keys: K[]) => Promise<(V | undefined)[]>, { size = 200, lanes = 1 } = {}) {
    this.batcher = new Batcher<Question<K, V>>({
      size,
      lanes,
      capacity: 10_000,
      overflow: () => new Unavailable('more questions wait than the database can answer'),
      run: async (batch) => {
        try {
          const values = await surely(() => read(batch.map((one) => one.key)));
          batch.forEach((one, index) => one.resolve(values[index]));
        } catch (error) {
          for (const one of batch) one.reject(unreachable(error) ? new Unavailable('the database does not answer', 2) : error);
        }
      },
    });
  }

  load(key: K): Promise<V | undefined> {
    return new Promise((resolve, reject) => this.batcher.add({ key, resolve, reject }));
  }
}
