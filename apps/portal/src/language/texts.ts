import type { Locale } from '#languages';
import { da } from './da.js';
import { en } from './en.js';
import { sv } from './sv.js';
import type { Counted, Texts } from './wording.js';

const ALL: Record<Locale, Texts> = { sv, da, en };

export const textsIn = (locale: Locale): Texts => ALL[locale];

/** Puts values into the `{name}` marks of a sentence. */
export const fill = (sentence: string, values: Record<string, string>): string =>
  sentence.replace(/\{(\w+)\}/g, (mark, name: string) => values[name] ?? mark);

/** The zone in which every page tells its times, whoever reads it. */
const ZONE = 'Europe/Stockholm';
const tagOf = (locale: Locale): string => (locale === 'en' ? 'en-GB' : locale);

/** A day in words, in Swedish time. */
export const dayIn = (locale: Locale, time: string | Date): string =>
  new Intl.DateTimeFormat(tagOf(locale), { dateStyle: 'long', timeZone: ZONE }).format(new Date(time));

/** A day and a time in words, in Swedish time, with the name of the zone. */
export const momentIn = (locale: Locale, time: string | Date): string =>
  new Intl.DateTimeFormat(tagOf(locale), { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: ZONE, timeZoneName: 'short' }).format(new Date(time));

/** A delay in words; a clock that runs ahead makes it nothing. */
export const millisecondsIn = (locale: Locale, ms: number): string => `${new Intl.NumberFormat(tagOf(locale)).format(Math.max(0, ms))} ms`;

/** How many there are of something: `{n}` is the number. */
export const countIn = (locale: Locale, count: number, { one, other }: Counted): string =>
  fill(new Intl.PluralRules(tagOf(locale)).select(count) === 'one' ? one : other, { n: new Intl.NumberFormat(tagOf(locale)).format(count) });
