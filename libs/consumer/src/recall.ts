import { WHOLE_PERSON } from '#contracts';
import type { Applier } from './apply.js';
import { untilWritable, type Circumstances } from './apply-surely.js';
import { Stopped } from './faults.js';
import { streamKey } from './known.js';
import { isNewer, placeOf } from './order.js';
import type { Received, Verdict } from './received.js';
import type { Asked } from './store.js';
import type { StateTable } from './table.js';

interface Memory {
  applier: Applier;
  table: StateTable;
}

const NOTHING = { version: 0 };

/** Whether the table is older than a message that the store already had. */
function isBehind(table: StateTable, { data }: Received): boolean {
  const { person, state } = table.held(data.person, data.purpose);
  if (data.purpose === WHOLE_PERSON) return isNewer(placeOf(data), person ?? NOTHING);
  return !person?.erased && isNewer(placeOf(data), state ?? NOTHING);
}

async function ask({ applier, table }: Memory, around: Circumstances, asked: readonly Asked[]): Promise<void> {
  for (;;) {
    if (around.signal.aborted) throw new Stopped();
    try {
      const held = await applier.store.holds(asked);
      return asked.forEach(({ person, purpose }, index) => table.put(person, purpose, held[index] ?? {}));
    } catch (error) {
      await untilWritable(applier, around, error);
    }
  }
}

/**
 * Brings the table up to what the store holds of repeats that the table does not know: their commit happened though its answer
 * was lost, or was another instance's. Asks for all of them at once. Throws `Stopped`.
 */
export async function recall(memory: Memory, around: Circumstances, verdicts: readonly Verdict[]): Promise<void> {
  const unknown = new Map<string, Asked>();
  for (const verdict of verdicts) {
    if (verdict.outcome !== 'repeat' || !isBehind(memory.table, verdict.message)) continue;
    const { person, purpose } = verdict.message.data;
    unknown.set(streamKey(person, purpose), { person, purpose });
  }
  if (unknown.size > 0) await ask(memory, around, [...unknown.values()]);
}
