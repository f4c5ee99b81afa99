/** Looks of one a second for some hours. */
const MOST = 20_000;

/** What the log's size was at each look at it, so that a time says where to stop reading. */
export class LogSizes {
  private notes: { at: number; size: number }[] = [];

  note(size: number, at: Date): void {
    // A clock that was set back: what was noted before says nothing any more.
    if (at.getTime() < (this.notes.at(-1)?.at ?? -Infinity)) this.notes = [];
    this.notes.push({ size, at: at.getTime() });
    if (this.notes.length > 2 * MOST) this.notes = this.notes.slice(-MOST);
  }

  /** The size at the first look at `time` or later; undefined where `time` lies before the first look, or after the last. */
  at(time: Date): number | undefined {
    const [first] = this.notes;
    if (!first || time.getTime() < first.at) return undefined;
    let [low, high] = [0, this.notes.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.notes[middle]?.at ?? Infinity) < time.getTime()) low = middle + 1;
      else high = middle;
    }
    return this.notes[low]?.size;
  }
}
