import { InvalidArgumentError } from 'commander';

const MAX_REASON = 200;

/** Reads `--reason` as the api reads its header: somebody who reads histories says why. */
export function reason(text: string): string {
  const given = text.trim();
  if (given === '') throw new InvalidArgumentError('say why in a word or two: it stands in the trace of readings');
  if (given.length > MAX_REASON) throw new InvalidArgumentError(`a reason has at most ${MAX_REASON} characters`);
  return given;
}
