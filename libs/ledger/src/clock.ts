
/** Microseconds since 1970: exact in a double until the year 2255. */
export type Micros = number;

let last: Micros = 0;

/** The wall clock in microseconds, rising with every call: no two calls of one process get the same time. */
export function nowMicros(): Micros {
  last = Math.max(last + 1, Date.now() * 1000);
  return last;
}

const secondsText = new Map<number, string>();
let [newest, newestText] = [NaN, ''];

function secondText(second: number): string {
  let text = secondsText.get(second);
  if (text === undefined) {
    if (secondsText.size > 1000) secondsText.clear();
    text = new Date(second * 1000).toISOString().slice(0, 20);
    secondsText.set(second, text);
  }
  return text;
}

/** UTC with six decimals and Z: the one form in which the ledger writes times. */
export function timeText(micros: Micros): string {
  const second = Math.floor(micros / 1_000_000);
  if (second !== newest) [newest, newestText] = [second, secondText(second)];
  return `${newestText}${String(1_000_000 + micros - second * 1_000_000).slice(1)}Z`;
}

/** The years 1 to 9999: beyond them a time has no text of this form, and PostgreSQL none at all. */
const [FIRST_MS, LAST_MS] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59Z')];

/** The last moment of them that a double holds: what lies behind it would be rounded into the year 10000. */
const LAST: Micros = LAST_MS * 1000 + 999_968;

/** Whether a month has its 29th, 30th or 31st; `Date` takes it for a day of the next one. */
function isDay(date: string): boolean {
  const [year, month, day] = date.split('-').map(Number);
  return new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day)).getUTCDate() === day;
}

/** Reads a time in the ledger's form, or any RFC 3339 time with up to six decimals and an offset; NaN for what is none, a day that there is not, or of no year from 1 to 9999. */
export function microsOf(time: string): Micros {
  const decimals = /\.(\d+)/.exec(time)?.[1] ?? '';
  const whole = Date.parse(time.replace(/\.\d+/, ''));
  if (!(whole >= FIRST_MS && whole <= LAST_MS) || (time.slice(8, 10) > '28' && !isDay(time.slice(0, 10)))) return NaN;
  return Math.min(whole * 1000 + Number(decimals.padEnd(6, '0').slice(0, 6)), LAST);
}

