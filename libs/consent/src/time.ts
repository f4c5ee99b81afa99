/**
 * Times of the ledger are text: UTC, six decimals, `Z`. Text of that one form sorts as time does, so the domain compares
 * strings. Months are calendar months in UTC; a day that the target month lacks becomes its last day.
 */
export function addMonths(time: string, months: number): string {
  const date = new Date(`${time.slice(0, 23)}Z`);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.toISOString().slice(0, 23) + time.slice(23);
}

/** The later of two times. */
export const later = (one: string, other: string): string => (one > other ? one : other);

/** The same where either may be absent. */
export const laterOf = (one: string | undefined, other: string | undefined): string | undefined => (one !== undefined && other !== undefined ? later(one, other) : (one ?? other));

/** Whether a time that was given to something has come; never where none was given. */
export const isOver = (until: string | undefined, now: string): boolean => until !== undefined && until <= now;

/** The time `milliseconds` after `time` (before it, when negative). */
export function addMilliseconds(time: string, milliseconds: number): string {
  const shifted = new Date(Date.parse(`${time.slice(0, 23)}Z`) + milliseconds);
  return shifted.toISOString().slice(0, 23) + time.slice(23);
}
