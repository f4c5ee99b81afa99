import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { World } from './person-fold.js';
import type { Problem } from './problem.js';
import { shares, type Behind, type Share, type ShareSink } from './replay-share.js';

export interface ThreadData {
  url: string;
  ledger: number;
  world: World;
  /** Of the second place. */
  schema: string;
}

/** So that none is at work long after the others. */
const SHARES_A_THREAD = 8;

/** What a thread says: a page that it waits to have taken, or that it is ready for a share. */
export type Told = { events: number; behind: Behind; problems: Problem[] } | 'done';

/** One thread, which takes a share whenever it has done one, until none is left. */
async function work(worker: Worker, left: Share[], { problem, page }: ShareSink): Promise<void> {
  let ended = false;
  for await (const [told] of on(worker, 'message', { close: ['exit'] }) as AsyncIterable<[Told]>) {
    if (told === 'done') {
      const share = left.shift();
      ended = share === undefined;
      worker.postMessage(share ?? 'end');
      continue;
    }
    told.problems.forEach(problem);
    await page(told.events, told.behind);
    worker.postMessage('taken');
  }
  if (!ended) throw new Error('a thread of the replay ended before its work was done');
}

/** Replays everybody on so many threads: folding takes more of a processor than the database does. */
export async function replayOnThreads(data: ThreadData, count: number, sink: ShareSink): Promise<void> {
  const left = shares(count * SHARES_A_THREAD);
  const workers = Array.from({ length: count }, () => new Worker(new URL('./replay-thread.js', import.meta.url), { workerData: data }));
  try {
    await Promise.all(workers.map((worker) => work(worker, left, sink)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
