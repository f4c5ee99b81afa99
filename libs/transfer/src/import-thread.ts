/** A thread of an import: settles the rows it is sent, with connections of its own. Started by `threads.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { createPool, KEYED_LOOKUPS } from '#database';
import { Freshness, Unavailable } from '#ledger';
import { LogFolder } from '#log-folder';
import { readKeyring } from '#vault';
import { OwnWork } from './row-work.js';
import { catalogueOf } from './target.js';
import type { Asked, Settled, ThreadData } from './threads.js';

const { url, ledger, keyring: path, log, ...options } = workerData as ThreadData;
const keyring = readKeyring(path);
const pool = createPool({ url, name: 'samtycke-import', max: 6, settings: KEYED_LOOKUPS, pipeline: true });
const folder = new LogFolder(log);
const fresh = new Freshness({ pool, ledger, outside: () => folder.size() });
const work = new OwnWork({ pool, ledger, keyring, mayWrite: () => fresh.demand() }, { ...options, identity: Buffer.from(options.identity), catalogue: await catalogueOf({ pool, ledger }) });

let answers: Settled[] = [];
function answer(one: Settled): void {
  if (answers.push(one) > 1) return;
  setImmediate(() => {
    parentPort?.postMessage(answers);
    answers = [];
  });
}

const errorOf = (error: unknown): Settled['error'] => ({ unavailable: error instanceof Unavailable, message: (error as Error).message });

function settle({ id, raw, recheck }: Asked): void {
  work.settle(raw, recheck).then(
    (fate) => answer({ id, fate }),
    (error: unknown) => answer({ id, error: errorOf(error) }),
  );
}

parentPort?.on('message', (message: Asked[] | 'end') => {
  if (message !== 'end') return message.forEach(settle);
  void work.close().then(() => pool.end()).then(() => parentPort?.close());
});
