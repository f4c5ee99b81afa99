import { InvalidArgumentError } from 'commander';
import { microsOf, timeText } from '#ledger';

const FORM = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?$/;

/** A time given as an option, in the ledger's form; a day alone is its beginning in UTC. */
export function instant(text: string): string {
  const given = text.replace(' ', 'T');
  const micros = FORM.test(given) ? microsOf(given) : NaN;
  if (!Number.isFinite(micros)) throw new InvalidArgumentError('write a time like 2026-11-22T10:00:00Z, or a day like 2026-11-22 (from 00:00 UTC)');
  return timeText(micros);
}
