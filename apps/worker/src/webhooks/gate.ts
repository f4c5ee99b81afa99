const FIRST_MS = 1_000;
const LONGEST_MS = 10 * 60_000;
/** Somebody is there; whether it is the receiver or the event that fails, only many in a row can tell. */
const BROKEN_OFF = new Set(['timeout', 'ECONNRESET', 'EPIPE', 'broken']);

/** Closed while a receiver does not answer at all: then one event after the other asks whether it is back, ever more rarely. */
export class Gate {
  private silent = 0;
  private asked = 0;
  private until = -Infinity;
  /** `patience`: so many that break off in a row before it closes. One that finds nobody closes it at once. */
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

  /** No status came. Tells whether that closed it. What was on its way when it closed does not lengthen the rest. */
  unanswered(code: string, now = performance.now()): boolean {
    const before = this.closed;
    this.silent = BROKEN_OFF.has(code) ? this.silent + 1 : Math.max(this.silent + 1, this.patience);
    if (!this.closed || (before && now < this.until)) return false;
    this.until = now + Math.min(FIRST_MS * 2 ** this.asked, LONGEST_MS);
    this.asked += 1;
    return !before;
  }

  /** A status came, whichever. Tells whether that opened it. */
  answered(): boolean {
    const before = this.closed;
    if (before) this.until = -Infinity;
    this.silent = 0;
    this.asked = 0;
    return before;
  }

  /** The receiver asked for a rest. */
  rest(milliseconds: number, now = performance.now()): void {
    this.until = Math.max(this.until, now + Math.min(milliseconds, LONGEST_MS));
  }
}
