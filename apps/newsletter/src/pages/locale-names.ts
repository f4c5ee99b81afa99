import type { Locale } from '../send/farewell.js';

/** Each language by its own name. */
export const LOCALE_NAMES: Record<Locale, string> = { sv: 'Svenska', da: 'Dansk', en: 'English' };
