import type { Measure, Text } from './report.js';

const number = new Intl.NumberFormat('en-GB');
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const languages = new Intl.DisplayNames('en', { type: 'language', fallback: 'code' });

export const count = (value: number): string => number.format(value);
export const percent = (value: number | undefined): string => (value === undefined ? '–' : `${Math.round(value)} %`);
export const dateOf = (day: string | number): string => date.format(new Date(day));

export function languageOf(locale: string): string {
  try {
    return languages.of(locale) ?? locale;
  } catch {
    return locale;
  }
}

export const titleOf = ({ notice, version }: Text): string => (notice === '' ? 'No text named' : `${notice} ${version}`);
export const nameOf = (text: Text): string => (text.notice === '' ? titleOf(text) : `${titleOf(text)} · ${text.locale}`);

export const MEASURES: Record<Measure, string> = {
  accepted: 'Share of answers that were yes to all',
  chosen: 'Share of answers that were yes to some',
  refused: 'Share of answers that were no to all',
  withdrawn: 'How often something was taken back',
  shown: 'How often it was shown',
};
