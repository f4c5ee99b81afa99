export { isLocale, languageFor, localeOf, LOCALES, wishesIn, type Locale } from './languages.js';
