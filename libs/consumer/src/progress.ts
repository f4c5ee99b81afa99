import type { ConsumerHealth, ConsumerState, LogHealth } from './options.js';

/** How far a consumer is. */
export interface Progress {
  state: ConsumerState;
  informed: boolean;
  problem?: string;
  /** Messages behind, by partition. */
  lags: Map<number, number>;
}

export const beginning = (): Progress => ({ state: 'new', informed: false, lags: new Map() });

export function healthOf({ state, informed, problem, lags }: Progress, unacknowledged: number, log: LogHealth | undefined): ConsumerHealth {
  const lag = lags.size > 0 ? [...lags.values()].reduce((sum, one) => sum + one, 0) : undefined;
  return {
    state,
    ready: informed && state === 'following',
    informed,
    unacknowledged,
    ...(lag !== undefined && { lag }),
    ...(log && { log }),
    ...(problem !== undefined && { problem }),
  };
}
