import type { Pool } from 'pg';
import { checkEvents } from './check-events.js';
import type { World } from './person-fold.js';
import type { Problem } from './problem.js';
import type { Register } from './registers.js';
import { SecondPlace } from './second-place.js';

/** Who is replayed in one go: from a person on, and before another; without one to the end. */
export interface Share {
  from?: string;
  before?: string;
}

export interface Replayed {
  pool: Pool;
  ledger: number;
  world: World;
}

/** Of how many people a register was not compared: the worker has not come to their last event. */
export type Behind = Partial<Record<Register, number>>;

export interface ShareSink {
  problem(problem: Problem): void;
  page(events: number, behind: Behind): Promise<void> | void;
}

const REST_OF_A_UUID = '000000-0000-0000-0000-000000000000';

/** Everybody, in so many shares of about the same size: ids of people are random (RFC 9562, version 4). At most 256. */
export function shares(count: number): Share[] {
  const begins = Array.from({ length: count }, (_, at) => `${Math.floor((256 * at) / count).toString(16).padStart(2, '0')}${REST_OF_A_UUID}`);
  return begins.map((from, at) => ({ from, before: begins[at + 1] }));
}

/** Folds the projections of a share into a second place, by its schema, and tells what differs from what stands in the tables. */
export async function replayShare({ pool, ledger, world }: Replayed, schema: string, share: Share, { problem, page }: ShareSink): Promise<void> {
  const place = new SecondPlace(pool, schema);
  let behind: Behind = {};
  await checkEvents({ pool, ledger, world, registers: true, ...share }, {
    problem(one) {
      if (one.projection !== undefined && one.person !== undefined) place.differs(one.person, one.projection);
      problem(one);
    },
    person: (fold) => place.put(fold),
    behind: (register) => void (behind[register] = (behind[register] ?? 0) + 1),
    async page(events) {
      await place.flush();
      const found = behind;
      behind = {};
      await page(events, found);
    },
  });
  await place.flush();
}
