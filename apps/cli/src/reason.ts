import { InvalidArgumentError } from 'commander';
import { isPlain, MAX_REASON } from '#access';

/** Reads `--reason` as the api reads its header: somebody who reads histories says why. */
export function reason(text: string): string {
  const given = text.trim();
  if (given === '') throw new InvalidArgumentError('say why in a word or two: it stands in the trace of readings');
  if (given.length > MAX_REASON) throw new InvalidArgumentError(`a reason has at most ${MAX_REASON} characters`);
  if (!isPlain(given)) throw new InvalidArgumentError('a reason is one line, without control characters');
  return given;
}
