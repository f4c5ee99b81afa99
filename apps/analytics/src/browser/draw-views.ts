import type uPlot from 'uplot';
import type { Summary } from '../summary/summary.js';
import { BAR_ROUNDING, CANVAS_FONT, colour } from './colours.js';
import { Chart } from './uplot.js';

export type Range = 'hour' | 'month';

interface Point {
  /** Seconds since 1970. */
  x: number;
  label: string;
  counted: number;
  plain?: number;
}

const box = document.getElementById('views-chart');
const HEIGHT = 260;
let chart: uPlot | undefined;
let drawn: Range | undefined;

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** The points of a period, oldest first. */
export function pointsOf({ minutes, days }: Summary, range: Range): Point[] {
  if (range === 'hour') return minutes.map(({ at, counted }) => ({ x: Date.parse(at) / 1000, label: clock.format(new Date(at)), counted }));
  return days.map(({ day, counted, plain }) => ({ x: Date.parse(day) / 1000, label: date.format(new Date(day)), counted, plain }));
}

/** What is stacked on top is drawn first, behind what it stands on. */
function dataOf(points: Point[], range: Range): uPlot.AlignedData {
  const counted = points.map((point) => point.counted);
  const xs = points.map((point) => point.x);
  return range === 'hour' ? [xs, counted] : [xs, points.map((point) => point.counted + (point.plain ?? 0)), counted];
}

function optionsFor(Chart: typeof uPlot, range: Range, width: number): uPlot.Options {
  const bars = Chart.paths.bars?.({ size: [0.72, 28], radius: BAR_ROUNDING, gap: 1 });
  const series = (label: string, fill: string): uPlot.Series => ({ label, fill, stroke: fill, width: 0, paths: bars, points: { show: false } });
  const axis = { font: CANVAS_FONT, stroke: colour('muted'), ticks: { show: false }, grid: { stroke: colour('line'), width: 1 } };
  const counted = series('counted', colour('counted'));
  const labels = (_: uPlot, splits: number[]): string[] => splits.map((x) => (range === 'hour' ? clock : date).format(new Date(x * 1000)));
  const step = range === 'hour' ? 60 : 86_400;
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 12, 0, 0],
    scales: {
      x: { range: (_, min, max) => [min - step / 2, max + step / 2] },
      y: { range: (_, __, max) => [0, Math.max(4, Math.ceil((max ?? 0) * 1.1))] },
    },
    axes: [
      { ...axis, grid: { show: false }, values: labels, incrs: range === 'hour' ? [600, 900, 1800] : [5 * 86_400, 7 * 86_400, 10 * 86_400], space: 60, size: 30 },
      { ...axis, size: 46, space: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000] },
    ],
    series: range === 'hour' ? [{}, counted] : [{}, series('plain', colour('plain')), counted],
  };
}

function describe(points: Point[], range: Range): string {
  const total = points.reduce((sum, point) => sum + point.counted, 0);
  const plain = points.reduce((sum, point) => sum + (point.plain ?? 0), 0);
  const most = points.reduce((one, other) => (other.counted > one.counted ? other : one), { label: '', counted: 0 } as Point);
  const peak = total > 0 ? `, most at ${most.label}: ${most.counted}` : '';
  if (range === 'hour') return `Bar chart: ${total} page views with consent in the last hour${peak}.`;
  return `Bar chart: ${total} page views with consent and ${plain} without in the last 30 days${peak}.`;
}

/** Draws the views of a period; anew where the period or the colours are other ones. */
export function drawViews(summary: Summary, range: Range, anew = false): void {
  if (!box) return;
  const points = pointsOf(summary, range);
  box.setAttribute('aria-label', describe(points, range));
  if (!Chart) return;
  if (chart && drawn === range && !anew) return chart.setData(dataOf(points, range));
  chart?.destroy();
  drawn = range;
  chart = new Chart(optionsFor(Chart, range, box.clientWidth), dataOf(points, range), box);
}

/** Fits the chart to the room it has now. */
export function fitViews(): void {
  if (box && chart && box.clientWidth > 0) chart.setSize({ width: box.clientWidth, height: HEIGHT });
}
