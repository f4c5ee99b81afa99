import { isLocale, localeOf, type Locale } from '#languages';

/** How each language calls itself. */
export const LOCALE_NAMES: Record<Locale, string> = { sv: 'Svenska', da: 'Dansk', en: 'English' };

/** The language of a page: the one that was switched to, else the best of Accept-Language, else Swedish. */
export const chooseLocale = (switched: string | undefined, acceptLanguage: string | undefined): Locale => (isLocale(switched) ? switched : localeOf(acceptLanguage));
