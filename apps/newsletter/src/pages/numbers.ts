import type { Language } from './words.js';

const LOCALES: Record<Language, string> = { sv: 'sv-SE', en: 'en-GB' };

export const showNumber = (value: number, language: Language): string => new Intl.NumberFormat(LOCALES[language]).format(value);

/** A time of day and date, in the language's own order; the server's time zone. */
export const showTime = (time: Date, language: Language): string =>
  new Intl.DateTimeFormat(LOCALES[language], { day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' }).format(time);

/** A duration in milliseconds, such as `35 ms`, `1,4 s`, `3 min`. */
export function showDuration(milliseconds: number, language: Language): string {
  const ms = Math.max(0, Math.round(milliseconds));
  if (ms < 1_000) return `${ms}\u00a0ms`;
  const units: [limit: number, size: number, name: string][] = [[60_000, 1_000, 's'], [3_600_000, 60_000, 'min'], [86_400_000, 3_600_000, 'h'], [Infinity, 86_400_000, language === 'sv' ? 'dygn' : 'd']];
  const [, size = 1, name = ''] = units.find(([limit]) => ms < limit) ?? [];
  const digits = ms < 10_000 ? 1 : 0;
  return `${new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: digits }).format(ms / size)}\u00a0${name}`;
}
