/** How often a server tells its open pages that they are still connected. */
export const BEAT_MS = 15_000;
