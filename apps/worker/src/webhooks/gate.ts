const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** Closed while a receiver does not answer at all: then one event after the other asks whether it is back, ever more rarely. */
export class Gate {
  private silent = 0;
  private until = -Infinity;
  /** `patience`: so many timeouts in a row before it closes; one event that hangs is no outage. */
  constructor(private readonly patience: number) {}

  /** Whether the last tries went unanswered. */
  get closed(): boolean {
    return this.silent >= this.patience;
  }

  /** How many events may be on their way, now. */
  room(limit: number, now = performance.now()): number {
    if (now < this.until) return 0;
    return this.closed ? 1 : limit;
  }

  /** No status came. Tells whether that closed it. */
  unanswered(code: string, now = performance.now()): boolean {
    const before = this.closed;
    this.silent = code === 'timeout' ? this.silent + 1 : Math.max(this.silent + 1, this.patience);
    if (this.closed) this.until = now + Math.min(FIRST_MS * 2 ** (this.silent - this.patience), LONGEST_MS);
    return this.closed && !before;
  }

  /** A status came, whichever. Tells whether that opened it. */
  answered(): boolean {
    const before = this.closed;
    this.silent = 0;
    return before;
  }

  /** The receiver asked for a rest. */
  rest(milliseconds: number, now = performance.now()): void {
    this.until = Math.max(this.until, now + Math.min(milliseconds, LONGEST_MS));
  }
}
