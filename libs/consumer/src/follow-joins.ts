import { unlessAborted } from './back-off.js';

/** The times at which this instance joined the group, and whether it has arrived in what the last one gave it. */
export interface Joins {
  /** A join: `arrive` prepares what it gave, and hears whether another one came meanwhile. */
  join(arrive: (isCurrent: () => boolean) => Promise<void>): void;
  /** Asked later, the result says whether it has arrived in the join of now, and no other has come since. */
  current(): () => boolean;
  /** Resolves once it has arrived in the join of now, or `signal` is aborted. */
  arrived(signal: AbortSignal): Promise<void>;
  /** Rejects when it could not arrive; never resolves. */
  failed: Promise<never>;
}

export function followJoins(): Joins {
  let count = 0;
  let arrivedIn = 0;
  let arriving: Promise<void> = Promise.resolve();
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  return {
    join: (arrive) => {
      const own = (count += 1);
      arriving = arrive(() => own === count).then(() => void (arrivedIn = own), fail);
    },
    current: () => {
      const own = count;
      return () => own === count && own === arrivedIn;
    },
    arrived: (signal) => unlessAborted(signal, arriving),
    failed,
  };
}
