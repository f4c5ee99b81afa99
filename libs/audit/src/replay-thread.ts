/** A thread of a replay: replays the shares it is sent, with connections of its own. Started by `replay-threads.ts`. */
import { once } from 'node:events';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { createPool } from '#database';
import type { Problem } from './problem.js';
import { replayShare, type Share } from './replay-share.js';
import type { ThreadData, Told } from './replay-threads.js';
import { AUDIT_SETTINGS } from './snapshot.js';

const main = parentPort as MessagePort;
const { url, ledger, world, schema } = workerData as ThreadData;
const pool = createPool({ url, name: 'samtycke-replay', max: 3, settings: AUDIT_SETTINGS });
const tell = (told: Told): void => main.postMessage(told);

/** What was found is taken before more of it is looked for. */
async function replayed(share: Share): Promise<void> {
  let problems: Problem[] = [];
  await replayShare({ pool, ledger, world }, schema, share, {
    problem: (one) => void problems.push(one),
    async page(events, behind) {
      const taken = once(main, 'message');
      tell({ events, behind, problems });
      problems = [];
      await taken;
    },
  });
  tell('done');
}

// Nothing is asked of it before it says that it is there.
tell('done');
for (;;) {
  const [share] = (await once(main, 'message')) as [Share | 'end'];
  if (share === 'end') break;
  await replayed(share);
}
await pool.end();
main.close();
