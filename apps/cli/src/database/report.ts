import { say, type Problem } from '#audit';

/** Problems that are told one by one; of the others only the number is. */
const TOLD = 200;

/** What does not hold, told as it is found: the first few hundred, then how many more there are. */
export class Report {
  readonly told: string[];
  private waiting: Problem[] = [];
  private late: Problem[] = [];
  private lateCount = 0;

  constructor(
    /** Adds to a place what is known of it elsewhere, such as the purpose of an index. */
    private readonly locate: (problem: Problem) => Promise<Problem>,
    private counted = 0,
    earlier: string[] = [],
  ) {
    this.told = earlier;
    for (const line of earlier) console.log(`FAILS  ${line}`);
  }

  get count(): number {
    return this.counted;
  }

  add(problem: Problem): void {
    this.counted += 1;
    if (this.told.length + this.waiting.length < TOLD) this.waiting.push(problem);
  }

  /** What got its place long after its time is no fault by itself, and is told apart. */
  addLate(problem: Problem): void {
    this.lateCount += 1;
    if (this.lateCount <= TOLD) this.late.push(problem);
  }

  /** Tells what was added since the last call. */
  async flush(): Promise<void> {
    const late = this.late;
    this.late = [];
    for (const problem of late) console.log(`late   ${say(await this.locate(problem))}`);
    const problems = this.waiting;
    this.waiting = [];
    for (const problem of problems) {
      const line = say(await this.locate(problem));
      this.told.push(line);
      console.log(`FAILS  ${line}`);
    }
  }

  /** One line on a part: that it holds, or how much of it does not; to be called with the count before it. */
  close(before: number, text: string): void {
    const wrong = this.counted - before;
    if (this.lateCount > TOLD) console.log(`late   ${this.lateCount.toLocaleString('en')} events in all got their place long after their time (the first ${TOLD} are told)`);
    this.lateCount = 0;
    if (wrong === 0) console.log(`holds  ${text}`);
    else console.log(`FAILS  ${text}: not so in ${wrong.toLocaleString('en')} places${this.counted > TOLD ? ` (the first ${TOLD} of all are told)` : ''}`);
  }
}
