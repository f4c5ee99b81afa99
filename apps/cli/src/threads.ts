import { availableParallelism } from 'node:os';
import { InvalidArgumentError } from 'commander';

/** As many as a command uses that is not told: a database beside it has work, too. */
export const usualThreads = (): number => Math.min(4, availableParallelism());

/** Reads `--threads`. */
export function threads(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 16) throw new InvalidArgumentError('a number from 1 to 16');
  return count;
}
