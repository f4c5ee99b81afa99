import type uPlot from 'uplot';
import type { Segment, Summary } from '../summary/summary.js';
import { BAR_ROUNDING, CANVAS_FONT, colour } from './colours.js';
import { Chart } from './uplot.js';

const NAMES: Record<Segment, string> = {
  'wants-contact': 'Wants contact',
  'compares-products': 'Compares',
  'comes-back': 'Comes back',
  'looks-around': 'Looks around',
};

const box = document.getElementById('segments-chart');
const HEIGHT = 200;
let chart: uPlot | undefined;
let names: string[] = [];

function writeNumbers(plot: uPlot): void {
  const { ctx } = plot;
  const [xs, ys] = plot.data;
  ctx.save();
  ctx.font = CANVAS_FONT.replace('12px', `600 ${13 * devicePixelRatio}px`);
  ctx.fillStyle = colour('ink');
  ctx.textAlign = 'center';
  ctx.textBaseline = 'bottom';
  ys?.forEach((value, index) => ctx.fillText(String(value ?? 0), plot.valToPos(xs[index] ?? 0, 'x', true), plot.valToPos(value ?? 0, 'y', true) - 4 * devicePixelRatio));
  ctx.restore();
}

function optionsFor(Chart: typeof uPlot, width: number): uPlot.Options {
  const fill = colour('counted');
  const bars = Chart.paths.bars?.({ size: [0.5, 56], radius: BAR_ROUNDING });
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [22, 8, 0, 8],
    scales: {
      x: { time: false, range: (_, min, max) => [min - 0.5, max + 0.5] },
      y: { range: (_, __, max) => [0, Math.max(3, (max ?? 0) * 1.1)] },
    },
    axes: [
      { font: CANVAS_FONT, stroke: colour('muted'), ticks: { show: false }, grid: { show: false }, splits: () => names.map((_, index) => index), values: () => names.map((name) => name.replace(' ', '\n')), size: 44 },
      { show: false },
    ],
    series: [{}, { fill, stroke: fill, width: 0, paths: bars, points: { show: false } }],
    hooks: { draw: [writeNumbers] },
  };
}

/** Draws how many devices are in each segment; anew where the colours are other ones. */
export function drawSegments({ segments }: Summary, anew = false): void {
  if (!box) return;
  names = segments.map(({ segment }) => NAMES[segment]);
  box.setAttribute('aria-label', `Bar chart of devices by segment. ${segments.map(({ segment, devices }) => `${NAMES[segment]}: ${devices}`).join('. ')}.`);
  const data: uPlot.AlignedData = [segments.map((_, index) => index), segments.map(({ devices }) => devices)];
  if (!Chart) return;
  if (chart && !anew) return chart.setData(data);
  chart?.destroy();
  chart = new Chart(optionsFor(Chart, box.clientWidth), data, box);
}

/** Fits the chart to the room it has now. */
export function fitSegments(): void {
  if (box && chart && box.clientWidth > 0) chart.setSize({ width: box.clientWidth, height: HEIGHT });
}
