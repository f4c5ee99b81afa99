import { nameOf } from '../faults.js';
import type { ConsumerLogger, LogHealth } from '../options.js';
import type { Positions, Store } from '../store.js';
import { holesOf, inBoth, mergeSpans, outside, type Span } from './spans.js';

export interface WatchLog {
  store: Pick<Store<unknown>, 'positions' | 'seen'>;
  topic: string;
  everyMs: number;
  /** Asks Kafka where each partition ends. */
  ends: () => Promise<Positions>;
  logger: ConsumerLogger;
  /** These have been missing for `PATIENCE` looks: what a relay that was cut off inside a page sends late has come by then. Told once for each. */
  onMissing?: (missing: Span[]) => void;
}

/** Indices that were not seen though higher ones were; `ends`: where the topic ended a round after that was noticed. */
interface Suspicion {
  holes: Span[];
  ends?: Positions;
}

const MOST_TOLD = 100;
/** Half a minute at a look every five seconds. */
const PATIENCE = 6;

const sizeOf = (spans: readonly Span[]): number => spans.reduce((sum, { from, to }) => sum + to - from + 1, 0);

const arePast = (positions: Positions, ends: Positions): boolean => [...ends].every(([partition, end]) => BigInt(positions.get(partition) ?? 0) >= BigInt(end));

/**
 * Judges what the system, all its instances together, has seen of the ledger's log. Pages are sent in the order of the
 * log, each once the one before it is safe: an index is missing when a higher one was seen, a round went by, and the
 * topic was then read up to where it ended. So it is told three rounds after the system has caught up, and never
 * because a partition or an instance is slow.
 */
export function judgeLog({ store, topic, ends, logger, onMissing }: Omit<WatchLog, 'everyMs'>) {
  let suspicion: Suspicion | undefined;
  let missing: Span[] = [];
  let health: LogHealth | undefined;
  let toldWhole = false;
  /** What was missing at the last looks, and what `onMissing` was told. */
  const lately: Span[][] = [];
  let told: Span[] = [];
  /** Where the topic ended after `tellAgain`: nothing is told before the places that are noted now have come to it. */
  let anew: Partial<Pick<Suspicion, 'ends'>> | undefined;

  async function consider(holes: Span[], positions: Positions): Promise<Span[]> {
    if (!suspicion) {
      if (outside(holes, missing).length > 0) suspicion = { holes };
      return missing;
    }
    const open = inBoth(suspicion.holes, holes);
    if (!suspicion.ends) {
      suspicion = sizeOf(open) > 0 ? { holes: open, ends: await ends() } : undefined;
      return missing;
    }
    if (!arePast(positions, suspicion.ends)) return missing;
    suspicion = undefined;
    return open;
  }

  /** Whether all is read up to where the topic ended after the last `tellAgain`. */
  async function isReadAnew(positions: Positions): Promise<boolean> {
    const own = anew;
    if (!own) return true;
    if (!own.ends) own.ends = await ends();
    else if (own === anew && arePast(positions, own.ends)) anew = undefined;
    return anew === undefined;
  }

  function tell(before: readonly Span[], holes: readonly Span[], completeTo: number): void {
    const [was, is] = [sizeOf(before), sizeOf(missing)];
    if (outside(missing, before).length > 0) logger.error({ missing: missing.slice(0, MOST_TOLD), events: is }, 'events are missing from the topic');
    else if (was > 0 && is === 0) logger.info({ completeTo }, 'the missing events have arrived');
    else if (!toldWhole && holes.length === 0) logger.info({ completeTo }, 'nothing is missing up to here');
    toldWhole ||= holes.length === 0;
  }

  function lose(): void {
    lately.push(missing);
    if (lately.length < PATIENCE) return;
    const lost = outside(lately.reduce(inBoth), told);
    lately.shift();
    if (lost.length === 0) return;
    told = mergeSpans([...told, ...lost]);
    onMissing?.(lost);
  }

  return {
    health: () => health,
    /** What was done about it may be lost: `onMissing` is told again of what is missing still, once the topic is read up to its end of now. */
    tellAgain: () => {
      told = [];
      lately.splice(0);
      anew = {};
    },
    look: async (): Promise<void> => {
      // First the places, then what was seen: each place is noted together with what was seen before it.
      const positions = await store.positions(topic);
      const spans = await store.seen(topic);
      const [first] = spans;
      if (!first) return;
      const holes = holesOf(spans);
      const before = missing;
      missing = inBoth(await consider(holes, positions), holes);
      tell(before, holes, first.to);
      if (await isReadAnew(positions)) lose();
      health = { completeTo: first.to, missing: missing.slice(0, MOST_TOLD) };
    },
  };
}

/** Judges again and again until it is stopped; a store or a Kafka that does not answer is asked again the next time. */
export function watchLog({ everyMs, ...parts }: WatchLog): Pick<ReturnType<typeof judgeLog>, 'health' | 'tellAgain'> & { stop: () => void } {
  const judge = judgeLog(parts);
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    await judge.look().catch((error: unknown) => parts.logger.debug({ problem: nameOf(error) }, 'the log could not be looked at; next time'));
    looking = false;
  };
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return { health: judge.health, tellAgain: judge.tellAgain, stop: () => clearInterval(timer) };
}
