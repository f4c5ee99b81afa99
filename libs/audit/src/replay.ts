import type { Projection } from './projections.js';
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

/** Somebody whom a swap left, or a part of him, and why. */
export interface Left {
  person: string;
  /** `damaged`: his events, so that nothing can be folded from them. Else what differed and was not compared again, since the worker has not come to his last event. */
  why: 'damaged' | Projection[];
}

/** Puts right what a replay found, person by person. Tells how many are what their events say now, and who was left. */
export async function swapIn(options: Replayed, place: SecondPlace): Promise<{ repaired: number; left: Left[] }> {
  const left: Left[] = [];
  let repaired = 0;
  for await (const { person, projections } of place.whoDiffers()) {
    const behind = await repairPerson(options, person);
    const why = behind === 'damaged' ? behind : projections.filter((one) => (behind as Projection[]).includes(one));
    if (why.length === 0) repaired += 1;
    else left.push({ person, why });
  }
  return { repaired, left };
}
