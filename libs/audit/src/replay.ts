import { repairPerson } from './repair.js';
import { replayOnThreads } from './replay-threads.js';
import { replayShare, type Replayed, type ShareSink } from './replay-share.js';
import { SecondPlace } from './second-place.js';

export interface ReplayOptions extends Replayed, ShareSink {
  /** Threads with connections of their own to this database; without them it is one after the other, over the pool. */
  threads?: { url: string; count: number };
}

/**
 * Rebuilds every projection (`PROJECTIONS`: heads, persons, rights, merges, timers, links, grants) from the events into a
 * second place (a schema of its own), while the ledger is in use, and tells each difference to what stands in the tables. States
 * and rows of people are kept there; registers are compared only. Order of what is told: any, where there are threads.
 */
export async function replay({ pool, ledger, world, threads, ...sink }: ReplayOptions): Promise<SecondPlace> {
  const place = await SecondPlace.make(pool, ledger);
  try {
    if (threads) await replayOnThreads({ url: threads.url, ledger, world, schema: place.schema }, threads.count, sink);
    else await replayShare({ pool, ledger, world }, place.schema, {}, sink);
    return place;
  } catch (error) {
    await place.drop().catch(() => undefined);
    throw error;
  }
}

/** Puts right what a replay found, person by person. Tells how many, and who was left as he is: his events are damaged. */
export async function swapIn(options: Replayed, place: SecondPlace): Promise<{ repaired: number; left: string[] }> {
  const left: string[] = [];
  let repaired = 0;
  for await (const person of place.whoDiffers()) {
    if (await repairPerson(options, person)) repaired += 1;
    else left.push(person);
  }
  return { repaired, left };
}
