import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { ConsumedEvent } from '#consumer';
import { STATISTICS } from '../purposes.js';
import { countPlainly, keepView, type View } from '../store/keep-view.js';

/** What becomes of page views. */
export interface TakeViews {
  /**
   * Keeps a view if its device may be counted; else it waits, in memory alone, for a grant that is still on its way, and
   * is counted plainly if none comes. Throws what the database throws.
   */
  take(view: View): Promise<void>;
  /** Events that were committed: what waited for a grant among them is kept now. */
  committed(events: readonly ConsumedEvent[]): void;
  /** Counts plainly what still waits. */
  stop(): Promise<void>;
}

interface Waiting {
  view: View & { device: string };
  timer: NodeJS.Timeout;
}

interface Parts {
  pool: Pool;
  log: Logger;
  onTaken: () => void;
  /** How long the first view after a grant may be ahead of the grant itself. */
  patienceMs?: number;
  /** Views that may wait at a time; what comes on top is counted plainly at once. */
  room?: number;
}

export function takeViews({ pool, log, onTaken, patienceMs = 3_000, room = 2_000 }: Parts): TakeViews {
  const waiting = new Map<string, Set<Waiting>>();
  let size = 0;
  const busy = new Set<Promise<void>>();

  function leave(one: Waiting): boolean {
    const ofDevice = waiting.get(one.view.device);
    if (!ofDevice?.delete(one)) return false;
    clearTimeout(one.timer);
    size -= 1;
    if (ofDevice.size === 0) waiting.delete(one.view.device);
    return true;
  }

  async function settle(one: Waiting): Promise<void> {
    if (!leave(one)) return;
    if (!(await keepView(pool, one.view, { hasWaited: true }))) await countPlainly(pool, one.view);
    onTaken();
  }

  /** Nobody waits for the answer any more: a view that the database cannot take is lost, and said so. */
  function settleLater(one: Waiting): void {
    const work = settle(one).catch((error: { code?: string }) => log.warn({ code: error.code }, 'a page view was lost'));
    busy.add(work);
    void work.finally(() => busy.delete(work));
  }

  function wait(view: View & { device: string }): void {
    const one: Waiting = { view, timer: setTimeout(() => settleLater(one), patienceMs) };
    waiting.set(view.device, (waiting.get(view.device) ?? new Set()).add(one));
    size += 1;
  }

  const all = (): Waiting[] => [...waiting.values()].flatMap((ofDevice) => [...ofDevice]);

  return {
    async take(view) {
      const { device } = view;
      if (device !== undefined) {
        if (await keepView(pool, { ...view, device })) return onTaken();
        if (size < room) return wait({ ...view, device });
      }
      await countPlainly(pool, view);
      onTaken();
    },
    committed(events) {
      for (const { data } of events) {
        if (data.purpose === STATISTICS && data.allowed) for (const one of waiting.get(data.person) ?? []) settleLater(one);
      }
    },
    async stop() {
      all().forEach(settleLater);
      await Promise.all(busy);
    },
  };
}
