/** How far a rotation is. */
export interface Progress {
  done: number;
  total: number;
  /** Estimated from the pace so far; undefined at the start. */
  secondsLeft?: number;
}

export type OnProgress = (progress: Progress) => void;

/** Counts work against a total that was counted once; `now` gives milliseconds. Tells nobody of work that is not done. */
export class Counter {
  private done = 0;
  private readonly since: number;
  constructor(
    private readonly total: number,
    private readonly tell: OnProgress,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.since = this.now();
  }

  add(count: number): void {
    this.done += count;
    const spent = this.now() - this.since;
    const left = Math.max(0, this.total - this.done);
    this.tell({ done: this.done, total: Math.max(this.total, this.done), secondsLeft: this.done > 0 ? (left * spent) / this.done / 1_000 : undefined });
  }
}
