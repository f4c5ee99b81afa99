import uPlot from 'uplot';
import { element, find, TONES, toneOf } from '../../operator-page/browser/elements.js';
import type { Measure, Report, Step, System } from './report.js';
import { delay, timeOf } from './words.js';

const box = find('chart');
const reading = find('reading');
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const DASHES = [[], [10, 4], [2, 3], [10, 3, 2, 3], [5, 5], [14, 3]];
const NAMES: Record<Measure, string> = { p50Ms: 'Half of the withdrawals were acted on within', p95Ms: '95 % of the withdrawals were acted on within', slowestMs: 'All withdrawals were acted on within' };

let chart: uPlot | undefined;
let drawn = '';
let shown: { report: Report; measure: Measure } | undefined;

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const isNarrow = (): boolean => box.clientWidth < 520;
const height = (): number => (isNarrow() ? 240 : 320);
/** Lines at powers of ten alone: those between say less than they hide. */
const decades = (_: uPlot, splits: number[]): (number | null)[] => splits.map((ms) => (Number.isInteger(Math.log10(ms)) ? ms : null));

/** The times of all steps, also of those in which nothing happened. */
function timesOf({ since, until, stepSeconds }: Report): number[] {
  const from = Date.parse(since) / 1_000;
  const count = Math.floor((Date.parse(until) / 1_000 - from) / stepSeconds) + 1;
  return Array.from({ length: count }, (_, at) => from + at * stepSeconds);
}

/** Nothing stands on a logarithmic scale below one. */
function valuesOf({ steps }: System, times: number[], valueOf: (step: Step) => number | undefined): (number | null)[] {
  const byTime = new Map(steps.map((step) => [Date.parse(step.at) / 1_000, valueOf(step)]));
  return times.map((time) => {
    const value = byTime.get(time);
    return value === undefined ? null : Math.max(1, value);
  });
}

const hasCanary = ({ steps }: System): boolean => steps.some(({ canaryMs }) => canaryMs !== undefined);

function dataOf(report: Report, measure: Measure): uPlot.AlignedData {
  const times = timesOf(report);
  const lines = report.systems.map((system) => valuesOf(system, times, (step) => step[measure]));
  const canaries = report.systems.filter(hasCanary).map((system) => valuesOf(system, times, ({ canaryMs }) => canaryMs));
  return [times, ...lines, ...canaries];
}

function seriesOf({ systems }: Report): uPlot.Series[] {
  const tone = (at: number): string => colour(toneOf(at));
  const lines = systems.map((system, at): uPlot.Series => ({ label: system.system, stroke: tone(at), width: 2, dash: DASHES[at % TONES], spanGaps: false, points: { show: true, size: isNarrow() ? 4 : 6, fill: tone(at) } }));
  const canaries = systems.flatMap((system, at): uPlot.Series[] => (hasCanary(system) ? [{ label: `${system.system}, canary`, stroke: tone(at), width: 0, points: { show: true, size: isNarrow() ? 5 : 7, width: 1.5, fill: colour('card') } }] : []));
  return [{}, ...lines, ...canaries];
}

/** A full decade around what is shown, and the nearest deadline. */
function rangeOf(report: Report): uPlot.Range.Function {
  const deadlines = report.systems.flatMap(({ deadlineMs }) => (deadlineMs === undefined ? [] : [deadlineMs]));
  return (_, min, max) => {
    const top = Math.max(10, max ?? 0, ...(deadlines.length > 0 ? [Math.min(...deadlines)] : []));
    return [10 ** Math.floor(Math.log10(Math.max(1, min ?? 1))), 10 ** Math.ceil(Math.log10(top * 1.05))];
  };
}

/** A line for each deadline. */
function drawDeadlines(plot: uPlot): void {
  const deadlines = new Set(shown?.report.systems.flatMap(({ deadlineMs }) => (deadlineMs === undefined ? [] : [deadlineMs])));
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.strokeStyle = ctx.fillStyle = colour('bad');
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.lineWidth = devicePixelRatio;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'alphabetic';
  for (const deadline of deadlines) {
    const y = Math.round(plot.valToPos(deadline, 'y', true));
    if (y < bbox.top) continue;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillText('deadline', bbox.left + 6 * devicePixelRatio, y - 6 * devicePixelRatio);
  }
  ctx.restore();
}

function read(plot: uPlot): void {
  const at = plot.cursor.idx;
  const { report } = shown ?? {};
  if (at === null || at === undefined || !report) return void (reading.textContent = '');
  const values = plot.series.slice(1).flatMap(({ label }, series) => {
    const value = plot.data[series + 1]?.[at];
    return typeof value === 'number' ? [`${String(label)} ${delay(value)}`] : [];
  });
  reading.textContent = `${timeOf((plot.data[0][at] ?? 0) * 1_000, report.stepSeconds < 60)}: ${values.join(', ') || 'nothing to act on'}`;
}

function optionsFor(report: Report): uPlot.Options {
  const axis = { font: FONT, stroke: colour('soft'), ticks: { show: false }, grid: { stroke: colour('line'), width: 1 } };
  return {
    width: box.clientWidth,
    height: height(),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
    padding: [10, 14, 0, 0],
    scales: { x: { range: (_, min, max) => [min, max] }, y: { distr: 3, log: 10, range: rangeOf(report) } },
    axes: [
      { ...axis, grid: { show: false }, values: (_, splits) => splits.map((time) => timeOf(time * 1_000)), space: isNarrow() ? 48 : 70, size: 32, incrs: [60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600] },
      { ...axis, size: 62, space: 30, filter: decades, grid: { ...axis.grid, filter: decades }, values: (_, splits) => splits.map((ms) => (ms === null ? '' : ms >= 1_000 ? `${ms / 1_000} s` : `${ms} ms`)) },
    ],
    series: seriesOf(report),
    hooks: { draw: [drawDeadlines], setCursor: [read] },
  };
}

function describe({ systems }: Report, measure: Measure): string {
  const lines = systems.map((system) => `${system.system} ${system.acted === 0 ? 'acted on none' : delay(system[measure])}`);
  return `Line chart of delays over time. ${NAMES[measure]}, over the whole window: ${lines.join(', ')}. The same numbers stand in the table below.`;
}

function showLegend({ systems }: Report): void {
  const entries = systems.map(({ system }, at) => element('li', '', element('span', `swatch ${toneOf(at)}`), system));
  if (systems.some(hasCanary)) entries.push(element('li', '', element('span', 'swatch ring'), 'canary'));
  entries.push(element('li', '', element('span', 'swatch deadline'), 'deadline'));
  find('legend').replaceChildren(...entries);
}

/** Draws the chart; anew where the systems or the colours are other ones. */
export function drawChart(report: Report, measure: Measure, anew = false): void {
  shown = { report, measure };
  const shape = JSON.stringify(report.systems.map((system) => [system.system, hasCanary(system), system.deadlineMs]));
  box.setAttribute('aria-label', describe(report, measure));
  if (chart && shape === drawn && !anew) return chart.setData(dataOf(report, measure));
  chart?.destroy();
  drawn = shape;
  showLegend(report);
  chart = new uPlot(optionsFor(report), dataOf(report, measure), box);
}

/** Takes the chart away, with all that it told. */
export function clearChart(): void {
  chart?.destroy();
  chart = shown = undefined;
  box.setAttribute('aria-label', 'Chart');
  reading.textContent = '';
  find('legend').replaceChildren();
}

/** Fits the chart to the room that it has now. */
export function fitChart(): void {
  if (chart && box.clientWidth > 0) chart.setSize({ width: box.clientWidth, height: height() });
}
