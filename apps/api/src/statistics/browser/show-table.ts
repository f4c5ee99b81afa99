import { element, find } from '../../operator-page/browser/elements.js';
import type { Sums, Text } from './report.js';
import { count, languageOf, titleOf } from './words.js';

const place = find('table');
const NUMBERS: [keyof Sums, string][] = [['shown', 'Shown'], ['requested', 'Signed up'], ['confirmed', 'Confirmed'], ['accepted', 'Yes'], ['chosen', 'Some'], ['refused', 'No'], ['withdrawn', 'Taken back']];

const heading = (words: string, scope: 'col' | 'row', kind = ''): HTMLElement => Object.assign(element('th', kind, words), { scope });

/** What the chart and the cards show, the newest day first. */
export function showTable(texts: Text[]): void {
  const lines = texts.flatMap((text) => [...text.days].map(([day, sums]) => ({ text, day, sums })));
  lines.sort((one, other) => (one.day < other.day ? 1 : one.day > other.day ? -1 : 0));
  if (lines.length === 0) return place.replaceChildren(element('p', 'hint', 'Nothing was counted in these days.'));
  const head = element('tr', '', heading('Day', 'col', 'word'), heading('Text', 'col', 'word'), heading('Language', 'col', 'word'), ...NUMBERS.map(([, title]) => heading(title, 'col')));
  const rows = lines.map(({ text, day, sums }) =>
    element('tr', '', heading(day, 'row'), element('td', 'word', titleOf(text)), element('td', 'word', text.locale ? languageOf(text.locale) : ''), ...NUMBERS.map(([name]) => element('td', '', count(sums[name])))));
  place.replaceChildren(element('table', '', element('caption', '', 'Showings and answers by day, text and language'), element('thead', '', head), element('tbody', '', ...rows)));
}
