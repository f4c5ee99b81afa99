import { pause } from './back-off.js';
import { nameOf, placeOf, Stopped } from './faults.js';
import type { Workshop } from './work.js';

const REST_MS = 1_000;

/** Messages that no work could be done for come again; not at once, so that a fault of the program does not spin. */
export async function giveBack({ around }: Pick<Workshop, 'around'>, error: unknown): Promise<false> {
  if (error instanceof Stopped) return false;
  around.logger.error({ problem: nameOf(error), at: placeOf(error) }, 'messages were given back');
  await pause(REST_MS, around.signal);
  return false;
}
