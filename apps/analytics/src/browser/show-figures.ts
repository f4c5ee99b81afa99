import type { Summary } from '../summary/summary.js';
import { pointsOf, type Range } from './draw-views.js';
import { countOf, element, fillRows, numberOf } from './elements.js';

function show(name: string, value: number, note?: string): void {
  const box = document.querySelector<HTMLElement>(`[data-counter="${name}"]`);
  const shown = box?.querySelector('[data-value]');
  const text = numberOf(value);
  if (!box || !shown) return;
  const noted = box.querySelector('[data-note]');
  if (note !== undefined && noted && noted.textContent !== note) noted.textContent = note;
  if (shown.textContent === text) return;
  shown.textContent = text;
  box.classList.remove('changed');
  requestAnimationFrame(() => box.classList.add('changed'));
}

/** The counters at the top. */
export function showCounters({ counters }: Summary): void {
  show('allowedDevices', counters.allowedDevices);
  show('views', counters.views, `of ${countOf(counters.countedDevices, 'device')}, all with consent`);
  show('viewsToday', counters.viewsToday);
  show('plainToday', counters.plainToday);
  show('viewsDeleted', counters.viewsDeleted, `of ${countOf(counters.devicesForgotten, 'device')}, because consent ended`);
}

/** The chart's figures in words; newest first, and only where there is something to tell. */
export function showViewRows(summary: Summary, range: Range): void {
  const points = pointsOf(summary, range).filter(({ counted, plain = 0 }) => counted + plain > 0);
  const rows = points.reverse().map(({ label, counted, plain }) => [label, numberOf(counted), plain === undefined ? 'by day only' : numberOf(plain)]);
  fillRows(document.getElementById('views-rows'), rows);
}

const pageOf = ({ path, title }: Summary['pages'][number]): Node => element('span', 'page', title ?? path, ...(title === null ? [] : [element('small', '', path)]));

/** The pages that are viewed most. */
export function showPages({ pages }: Summary): void {
  fillRows(document.getElementById('pages-rows'), pages.map((page) => [pageOf(page), numberOf(page.counted), numberOf(page.plain)]));
  const empty = document.getElementById('pages-empty');
  empty?.toggleAttribute('hidden', pages.length > 0);
  empty?.previousElementSibling?.toggleAttribute('hidden', pages.length === 0);
}
