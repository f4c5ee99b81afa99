import type { Sha256 } from '../hash.js';
import type { CheckSignature } from '../signed-note.js';

/** What verifying takes from where it runs: Node's own, or a library in a browser. */
export interface Primitives {
  sha256: Sha256;
  check: CheckSignature;
}

/** Where something is wrong. */
export interface Where {
  person: string;
  purpose?: string;
  version?: number;
  seq?: number;
}

/**
 * One thing that was looked at, in plain words. `late`: an event got its place in the log long after it was recorded, which is
 * no tampering and is said apart. `open`: it was not looked at, and what it would take.
 */
export interface Finding {
  state: 'holds' | 'fails' | 'late' | 'open';
  text: string;
  /** Of what is open: the verifier asked for it, so that without it his question has no answer. */
  asked?: true;
  where?: Where;
}

const placeOf = ({ person, purpose, version, seq }: Where): string => {
  const parts = [`person ${person}`, ...(purpose === undefined ? [] : [`purpose ${purpose}`]), ...(version === undefined ? [] : [`version ${version}`]), ...(seq === undefined ? [] : [`event ${seq}`])];
  return parts.join(', ');
};

/** Collects findings: a check that found nothing wrong says once that it holds. */
export class Findings {
  readonly all: Finding[] = [];
  private failures = 0;

  get failed(): number {
    return this.failures;
  }

  fails(text: string, where?: Where): void {
    this.failures += 1;
    this.all.push({ state: 'fails', text: where ? `${text} (${placeOf(where)})` : text, ...(where && { where }) });
  }

  late(text: string, where: Where): void {
    this.all.push({ state: 'late', text: `${text} (${placeOf(where)})`, where });
  }

  open(text: string): void {
    this.all.push({ state: 'open', text });
  }

  /** What was asked for and cannot be answered by what is here. */
  notJudged(text: string): void {
    this.all.push({ state: 'open', text, asked: true });
  }

  /** Runs one check; what it throws is a failure, and where it adds none, `text` holds. */
  check<Result>(what: string, run: () => Result, text: (result: Result) => string | undefined): Result | undefined {
    const before = this.failures;
    try {
      const result = run();
      const said = this.failures === before ? text(result) : undefined;
      if (said !== undefined) this.all.push({ state: 'holds', text: said });
      return result;
    } catch (error) {
      this.fails(`${what}: ${(error as Error).message}`);
      return undefined;
    }
  }
}
