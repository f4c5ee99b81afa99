import { InvalidArgumentError } from 'commander';
import { microsOf, timeText } from '#ledger';

const FORM = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?$/;

const [SECOND, MINUTE, DAY] = [1_000_000, 60_000_000, 86_400_000_000];

/** How long what was written lasts: a day, a minute, a second, or a moment. */
function lengthOf(given: string): number {
  const [, time, seconds, decimals] = FORM.exec(given.replace(' ', 'T')) ?? [];
  if (time === undefined) return DAY;
  if (seconds === undefined) return MINUTE;
  return decimals === undefined ? SECOND : 1;
}

/** The same as an end that is included: the last moment of what was written. */
export const lastInstant = (text: string): string => timeText(microsOf(instant(text)) + lengthOf(text) - 1);

/** A time given as an option, in the ledger's form; a day alone is its beginning in UTC. */
export function instant(text: string): string {
  const given = text.replace(' ', 'T');
  const micros = FORM.test(given) ? microsOf(given) : NaN;
  if (!Number.isFinite(micros)) throw new InvalidArgumentError('write a time like 2026-11-22T10:00:00Z, or a day like 2026-11-22 (from 00:00 UTC)');
  return timeText(micros);
}
