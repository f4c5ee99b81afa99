import type { Given } from './arrive.js';
import type { ConsumerHealth, ConsumerState, LogHealth } from './options.js';

/** How far a consumer is. */
export interface Progress {
  state: ConsumerState;
  informed: boolean;
  problem?: string;
  /** Messages behind, by partition of this instance; undefined before it was given any. */
  lags?: Map<number, number>;
  /** Where each of its partitions ended when it was given, but for those that it has read as far; undefined while it has none. */
  ends?: Map<number, bigint>;
}

export const beginning = (): Progress => ({ state: 'new', informed: false });

const between = (place: string, end: string): number => Math.max(0, Number(BigInt(end) - BigInt(place)));

/** Begins anew with what was given. */
export function arriveIn(progress: Progress, given: readonly Given[]): void {
  progress.lags = new Map(given.map(({ partition, place, end }) => [partition, between(place, end)]));
  progress.ends = new Map(given.filter(({ place, end }) => between(place, end) > 0).map(({ partition, end }) => [partition, BigInt(end)]));
}

/** Notes that a partition was read up to `place`, while it ends at `end`. */
export function readOn(progress: Progress, partition: number, place: string, end: string): void {
  progress.lags?.set(partition, between(place, end));
  if (BigInt(place) >= (progress.ends?.get(partition) ?? 0n)) progress.ends?.delete(partition);
}

/** Whether all that lay in its partitions when it was given them has been read. */
export const hasCaughtUp = ({ ends }: Progress): boolean => ends?.size === 0;

export function healthOf(progress: Progress, unacknowledged: number, log: LogHealth | undefined): ConsumerHealth {
  const { state, informed, problem, lags } = progress;
  const lag = lags && [...lags.values()].reduce((sum, one) => sum + one, 0);
  return {
    state,
    ready: informed && state === 'following' && hasCaughtUp(progress),
    informed,
    unacknowledged,
    ...(lag !== undefined && { lag }),
    ...(log && { log }),
    ...(problem !== undefined && { problem }),
  };
}
