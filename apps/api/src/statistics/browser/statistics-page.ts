import { chosen, openBoard } from '../../operator-page/browser/board.js';
import { find } from '../../operator-page/browser/elements.js';
import { clearChart, drawChart, fitChart } from './draw-chart.js';
import { askCsv, askReport, textsOf, type Measure, type Report } from './report.js';
import { showTable } from './show-table.js';
import { showLinks, showSources, showTexts } from './show-texts.js';

const source = find<HTMLSelectElement>('source');
const days = (): number => Number(chosen('days'));

const board = openBoard<Report>({
  everyMs: 5_000,
  ask: (key, signal) => askReport(key, days(), signal),
  draw(report, anew) {
    showSources(report);
    const texts = textsOf(report, source.value);
    showTexts(texts);
    showLinks(report);
    drawChart(report, texts, chosen('measure') as Measure, anew);
    showTable(texts);
  },
  clear() {
    clearChart();
    for (const id of ['texts', 'table', 'links']) find(id).replaceChildren();
    source.replaceChildren(new Option('everybody', ''));
  },
});

async function download(): Promise<void> {
  const key = board.key();
  if (!key) return;
  const address = URL.createObjectURL(await askCsv(key, days()));
  const link = Object.assign(document.createElement('a'), { href: address, download: `statistics-${days()}-days.csv` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

document.addEventListener('change', ({ target }) => {
  const { name, id } = target as HTMLInputElement;
  if (name === 'days') board.again();
  if (name === 'measure' || id === 'source') board.redraw();
});
find('csv').addEventListener('click', () => void download().catch(() => board.again()));
new ResizeObserver(fitChart).observe(find('chart'));
