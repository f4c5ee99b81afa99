/** Buckets in each power of ten: a delay is told to within three percent. */
export const PER_DECADE = 40;
/** The system said that it acted before the ledger recorded: its clock runs ahead, and nobody knows how long it took. */
export const CLOCK_AHEAD = -1;
/** The lengths of the kept steps, in seconds: the first for the last hours, the second for days. */
export const FINE_SECONDS = 10;
export const COARSE_SECONDS = 300;

/** The milliseconds that a bucket stands for: its middle. */
export const msOf = (bucket: number): number => (bucket < 0 ? 0 : Math.round(10 ** ((bucket + 0.5) / PER_DECADE) - 1));

/** Counts by bucket. */
export type Counts = ReadonlyMap<number, number>;

/** The delay within which a share of all acted; undefined where none did. Never more than the slowest. */
export function quantile(counts: Counts, share: number, slowestMs: number): number | undefined {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let left = Math.ceil(total * share);
  for (const bucket of [...counts.keys()].sort((one, other) => one - other)) {
    left -= counts.get(bucket) ?? 0;
    if (left <= 0) return Math.min(msOf(bucket), slowestMs);
  }
  return slowestMs;
}
