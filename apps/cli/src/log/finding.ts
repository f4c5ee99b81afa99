/** One thing that was looked at: whether it holds, in plain words. */
export interface Finding {
  holds: boolean;
  text: string;
  /** It was not looked at, and why. */
  open?: boolean;
}

/** What is wrong with one thing: the first of it is kept, of the others only the number. */
export class Problems {
  private first: string | undefined;
  private count = 0;

  add(problem: string): void {
    this.first ??= problem;
    this.count += 1;
  }

  /** Says that it holds, or the first of what is wrong and how many more there are. */
  finding(text: string): Finding {
    const { first, count } = this;
    return first === undefined ? { holds: true, text } : { holds: false, text: `${first}${count > 1 ? ` (and ${count - 1} more)` : ''}` };
  }
}

/** Says that something holds, or what is wrong. */
export const finding = (problem: string | undefined, text: string): Finding => ({ holds: problem === undefined, text: problem ?? text });
