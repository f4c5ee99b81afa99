import { element, find } from '../../operator-page/browser/elements.js';
import type { Measure, Report } from './report.js';
import { delay, timeOf } from './words.js';

const place = find('table');

const heading = (words: string, scope: 'col' | 'row'): HTMLElement => Object.assign(element('th', '', words), { scope });

/** What the chart shows, newest first; only steps in which something happened. */
export function showTable({ systems, stepSeconds }: Report, measure: Measure): void {
  const byTime = new Map<string, Map<string, string>>();
  for (const { system, steps } of systems) {
    for (const step of steps) {
      const canary = step.canaryMs === undefined ? [] : [`canary ${delay(step.canaryMs)}`];
      const own = step.acted > 0 ? [`${delay(step[measure])} (${step.acted})`] : [];
      byTime.set(step.at, (byTime.get(step.at) ?? new Map<string, string>()).set(system, [...own, ...canary].join(', ')));
    }
  }
  if (byTime.size === 0) return place.replaceChildren(element('p', 'hint', 'Nothing was withdrawn in this window.'));
  const head = element('tr', '', heading('From', 'col'), ...systems.map(({ system }) => heading(system, 'col')));
  const rows = [...byTime].sort(([one], [other]) => (one < other ? 1 : -1)).map(([at, cells]) =>
    element('tr', '', heading(timeOf(at, stepSeconds < 60), 'row'), ...systems.map(({ system }) => element('td', '', cells.get(system) ?? ''))));
  const table = element('table', '', element('caption', '', 'Delay, and in brackets how many withdrawals'), element('thead', '', head), element('tbody', '', ...rows));
  place.replaceChildren(table);
}
