import { chosen, openBoard } from '../../operator-page/browser/board.js';
import { find } from '../../operator-page/browser/elements.js';
import { clearChart, drawChart, fitChart } from './draw-chart.js';
import { askReport, type Measure, type Report } from './report.js';
import { showSystems } from './show-systems.js';
import { showTable } from './show-table.js';

const board = openBoard<Report>({
  everyMs: 2_000,
  ask: (key, signal) => askReport(key, Number(chosen('window')), signal),
  draw(report, anew) {
    const measure = chosen('measure') as Measure;
    showSystems(report.systems, report.until);
    drawChart(report, measure, anew);
    showTable(report, measure);
  },
  clear() {
    clearChart();
    for (const id of ['systems', 'table']) find(id).replaceChildren();
  },
});

document.addEventListener('change', ({ target }) => {
  const { name } = target as HTMLInputElement;
  if (name === 'window') board.again();
  if (name === 'measure') board.redraw();
});
new ResizeObserver(fitChart).observe(find('chart'));
