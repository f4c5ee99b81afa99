import type { Pool } from 'pg';
import { checkEvents } from './check-events.js';
import type { World } from './person-fold.js';
import type { Problem } from './problem.js';
import { repairPerson } from './repair.js';
import { SecondPlace } from './second-place.js';

export interface ReplayOptions {
  pool: Pool;
  ledger: number;
  world: World;
  problem(problem: Problem): void;
  page(events: number): Promise<void> | void;
}

/**
 * Rebuilds every projection (`PROJECTIONS`: heads, persons, rights, merges, timers, links, grants) from the events into a
 * second place (schema `replay`), while the ledger is in use, and tells each difference to what stands in the tables. States and rows of people are kept there; registers are compared only.
 */
export async function replay({ pool, ledger, world, problem, page }: ReplayOptions): Promise<SecondPlace> {
  const place = new SecondPlace(pool);
  await place.make();
  await checkEvents({ pool, ledger, world, registers: true }, {
    problem(one) {
      if (one.projection !== undefined && one.person !== undefined) place.differs(one.person);
      problem(one);
    },
    person: (fold) => place.put(fold),
    async page(events) {
      await place.flush();
      await page(events);
    },
  });
  await place.flush();
  return place;
}

/** Puts right what a replay found, person by person. Tells how many, and who was left as he is: his events are damaged. */
export async function swapIn(options: Pick<ReplayOptions, 'pool' | 'ledger' | 'world'>, place: SecondPlace): Promise<{ repaired: number; left: string[] }> {
  const left: string[] = [];
  let repaired = 0;
  for await (const person of place.whoDiffers()) {
    if (await repairPerson(options, person)) repaired += 1;
    else left.push(person);
  }
  return { repaired, left };
}
