import { delayOf, pause } from './back-off.js';
import type { NotedPlaces } from './note-places.js';
import type { Positions } from './store.js';
import type { Workshop } from './work.js';

interface SettleDoubts {
  topic: string;
  notes: Pick<NotedPlaces, 'hold' | 'release'>;
  /** Whether all that was read is behind these places, and nothing is under way. */
  isBehind: (places: Positions) => boolean;
  signal: AbortSignal;
}

/**
 * At each lapse of the database no place is noted any more, until it takes writes again and is asked for the places that it has. Where
 * they are those up to which was read, nothing can be gone, since each place is written after what lies before it. Else
 * `lost` resolves: what follows must begin anew from the places that the database has.
 */
export function settleDoubts({ options: { store }, lapses }: Workshop, { topic, notes, isBehind, signal }: SettleDoubts): { lost: Promise<void>; end: () => void } {
  let lose: () => void = () => undefined;
  const lost = new Promise<void>((resolve) => (lose = resolve));
  let lapsed = 0;
  let settling = false;

  /** Undefined while the database cannot say. */
  async function isWhole(): Promise<boolean | undefined> {
    try {
      await store.probe();
      return isBehind(await store.positions(topic));
    } catch {
      return undefined;
    }
  }

  async function settle(): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const before = lapsed;
      const whole = await isWhole();
      if (whole === false) return lose();
      if (whole && before === lapsed) {
        settling = false;
        return notes.release();
      }
      await pause(delayOf(attempt), signal);
    }
  }

  const end = lapses.heed(() => {
    lapsed += 1;
    notes.hold();
    if (settling) return;
    settling = true;
    void settle();
  });
  return { lost, end };
}
