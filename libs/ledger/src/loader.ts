import { Batcher } from './batcher.js';
import { Unavailable } from './call.js';
import { faultOf } from './faults.js';

interface Question<K, V> {
  key: K;
  resolve(value: V | undefined): void;
  reject(error: unknown): void;
}

/**
 * Reads that arrive together become one statement. `read` gives the answers in the order of the keys, undefined where
 * there is none. A database that cannot be reached is `Unavailable`.
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
          const values = await read(batch.map((one) => one.key));
          batch.forEach((one, index) => one.resolve(values[index]));
        } catch (error) {
          const unreachable = faultOf(error) === 'unclear' || faultOf(error) === 'again';
          for (const one of batch) one.reject(unreachable ? new Unavailable('the database does not answer', 2) : error);
        }
      },
    });
  }

  load(key: K): Promise<V | undefined> {
    return new Promise((resolve, reject) => this.batcher.add({ key, resolve, reject }));
  }
}
