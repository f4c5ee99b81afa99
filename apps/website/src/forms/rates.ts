import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { networkOf } from '#networks';

const WINDOW_MS = 10 * 60_000;
const EACH = 20;
const ALL = 400;
const FLOOD = 200;
const SOURCES = 20_000;

export interface Rates {
  /** Counts whatever is posted from there; true where it is far too much to be read at all. */
  isFlood(address: string): boolean;
  /** Counts a form that can be handed on. Gives the seconds to wait where it is one too many. */
  secondsOver(address: string): number | undefined;
}

/** What comes in ten minutes, from one network and from all that are within theirs; in memory, under a key that ends with the process. */
export function createRates({ each = EACH, all = ALL, flood = FLOOD } = {}): Rates {
  const secret = randomBytes(32);
  const counts = new LRUCache<string, number>({ max: SOURCES, ttl: WINDOW_MS });
  const over = (source: string, limit: number): number | undefined => {
    const calls = (counts.get(source) ?? 0) + 1;
    const left = calls === 1 ? WINDOW_MS : Math.max(1, counts.getRemainingTTL(source));
    counts.set(source, calls, { ttl: left });
    return calls > limit ? Math.ceil(left / 1000) : undefined;
  };
  const sourceOf = (address: string): string => createHmac('sha256', secret).update(networkOf(address) ?? 'unknown').digest('base64url');
  return {
    isFlood: (address) => over(`any ${sourceOf(address)}`, flood) !== undefined,
    secondsOver: (address) => over(sourceOf(address), each) ?? over('all', all),
  };
}
