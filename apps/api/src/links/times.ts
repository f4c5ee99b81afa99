import type { Locale } from '#languages';

/** The zone in which every page for a person tells its days and times, whoever reads it. */
const ZONE = 'Europe/Stockholm';
const tagOf = (locale: Locale): string => (locale === 'en' ? 'en-GB' : locale);

/** A day in words, in Swedish time. */
export const dayIn = (locale: Locale, time: string): string =>
  new Intl.DateTimeFormat(tagOf(locale), { dateStyle: 'long', timeZone: ZONE }).format(new Date(time));

/** A language by its name, in another; one that nobody has a name for, such as `sv-46`, by its code. */
export function languageIn(locale: Locale, language: string): string {
  try {
    return new Intl.DisplayNames([tagOf(locale)], { type: 'language' }).of(language) ?? language;
  } catch {
    return language;
  }
}

/** A day and a time in words, in Swedish time, with the name of the zone. */
export const momentIn = (locale: Locale, time: string): string =>
  new Intl.DateTimeFormat(tagOf(locale), { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: ZONE, timeZoneName: 'short' }).format(new Date(time));
