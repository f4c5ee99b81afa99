import { microsOf, timeText } from '#ledger';

const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d{1,6})?\s?(Z|[+-]\d\d:?\d\d)?$/;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const inLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** JavaScript takes 31 February for 2 March; the ledger does not. */
function isDay(day: string): boolean {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  if (date < 1 || date > (DAYS[month - 1] ?? 0)) return false;
  return month !== 2 || date < 29 || inLeapYear(year);
}

/**
 * A claimed time in the ledger's form, from RFC 3339 with a space allowed for the T and seconds left out; `offset` holds
 * where the text names none. What is wrong, where it cannot be read.
 */
export function claimedTime(text: string, offset: string | undefined): { time: string } | { wrong: string } {
  const parts = TIME.exec(text);
  if (!parts) return { wrong: 'the time cannot be read: write it like 2024-03-05T10:00:00Z' };
  const [, day = '', minutes = '', seconds = ':00', decimals = '', zone = offset] = parts;
  if (zone === undefined) return { wrong: 'the time names no offset: write Z or +01:00, or give --offset' };
  const micros = microsOf(`${day}T${minutes}${seconds}${decimals}${zone.replace(/(\d\d)(\d\d)$/, '$1:$2')}`);
  return isDay(day) && micros >= 0 ? { time: timeText(micros) } : { wrong: 'there is no such time, or it lies before 1970' };
}
