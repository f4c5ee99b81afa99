import type uPlot from 'uplot';

/** Served by this program from its own dependencies. */
const LIBRARY = '/assets/uplot/uPlot.esm.js';
const HEIGHT = 300;

type Values = [times: number[], totals: number[], views: number[]];

/** The figures as they stand in the table; times in seconds. */
function readBars(): Values {
  const rows = [...document.querySelectorAll<HTMLTableRowElement>('#bars tbody tr')];
  const views = rows.map(({ dataset }) => Number(dataset.views));
  const totals = rows.map(({ dataset }, index) => (views[index] ?? 0) + Number(dataset.anonymous ?? 0));
  return [rows.map(({ dataset }) => Date.parse(dataset.at ?? '') / 1_000), totals, views];
}

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function formatTimes(range: string): (times: number[]) => string[] {
  const options: Intl.DateTimeFormatOptions = range === 'month' ? { day: 'numeric', month: 'short' } : { hour: '2-digit', minute: '2-digit' };
  const format = new Intl.DateTimeFormat(document.documentElement.lang, options);
  return (times) => times.map((time) => format.format(time * 1_000));
}

/** Whole numbers only, and room above the highest bar. */
const atLeastFour = (_: uPlot, _low: number, high: number): [number, number] => [0, Math.max(4, Math.ceil(high * 1.15))];
const wholeNumbers = (_: uPlot, splits: number[]): string[] => splits.map((split) => (Number.isInteger(split) ? String(split) : ''));

function optionsFor(Plot: typeof uPlot, holder: HTMLElement): uPlot.Options {
  const range = document.getElementById('bars')?.dataset.range ?? 'day';
  const paths = Plot.paths.bars?.({ size: [0.72, 34], radius: 0.22 });
  const font = `13px ${colour('--sans')}`;
  const axis = { font, stroke: colour('--muted'), ticks: { show: false }, grid: { stroke: colour('--line'), width: 1 } };
  const times = formatTimes(range);
  return {
    width: holder.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [12, 8, 0, 0],
    scales: { x: { time: true, range: padded }, y: { range: atLeastFour } },
    axes: [
      { ...axis, grid: { show: false }, values: (_, splits) => times(splits), space: 72 },
      { ...axis, values: wholeNumbers, size: 44 },
    ],
    series: [
      {},
      { label: holder.dataset.anonymous, fill: colour('--anonymous'), width: 0, paths, points: { show: false } },
      { label: holder.dataset.views, fill: colour('--accent'), width: 0, paths, points: { show: false } },
    ],
  };
}

/** Half a bar's room at either end. */
function padded(plot: uPlot, low: number, high: number): [number, number] {
  const [times = []] = plot.data;
  const step = (times[1] ?? 1) - (times[0] ?? 0);
  return [low - step / 2, high + step / 2];
}

/** Draws the bars from the table, at the width there is and in the colours of the page; gives a function that draws anew. */
export async function drawChart(): Promise<() => void> {
  const holder = document.getElementById('chart');
  if (!holder) return () => undefined;
  const { default: Plot } = (await import(LIBRARY)) as { default: typeof uPlot };
  const make = (): uPlot => new Plot(optionsFor(Plot, holder), readBars(), holder);
  let plot = make();
  const remake = (): void => {
    plot.destroy();
    plot = make();
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', remake);
  new ResizeObserver(() => plot.setSize({ width: holder.clientWidth, height: HEIGHT })).observe(holder);
  return () => plot.setData(readBars());
}
