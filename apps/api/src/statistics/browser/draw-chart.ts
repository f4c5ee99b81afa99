import uPlot from 'uplot';
import { element, find, TONES, toneOf } from '../../operator-page/browser/elements.js';
import { daysOf, isShare, valueOf, type Measure, type Report, type Text } from './report.js';
import { count, dateOf, MEASURES, nameOf, percent } from './words.js';

const box = find('chart');
const reading = find('reading');
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const DASHES = [[], [10, 4], [2, 3], [10, 3, 2, 3], [5, 5], [14, 3]];
const DAY_S = 86_400;

let chart: uPlot | undefined;
let drawn = '';
let shown: { texts: Text[]; measure: Measure } | undefined;

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const isNarrow = (): boolean => box.clientWidth < 520;
const height = (): number => (isNarrow() ? 240 : 320);
const told = (value: number, measure: Measure): string => (isShare(measure) ? percent(value) : count(value));

function dataOf(report: Report, texts: Text[], measure: Measure): uPlot.AlignedData {
  const days = daysOf(report);
  const line = ({ days: counted }: Text): (number | null)[] =>
    days.map((day) => {
      const sums = counted.get(day);
      return sums ? (valueOf(sums, measure) ?? null) : isShare(measure) ? null : 0;
    });
  return [days.map((day) => Date.parse(day) / 1_000), ...texts.map(line)];
}

function read(plot: uPlot): void {
  const at = plot.cursor.idx;
  if (at === null || at === undefined || !shown) return void (reading.textContent = '');
  const { measure, texts } = shown;
  const values = texts.flatMap((text, line) => {
    const value = plot.data[line + 1]?.[at];
    return typeof value === 'number' && (isShare(measure) || value > 0) ? [`${nameOf(text)} ${told(value, measure)}`] : [];
  });
  reading.textContent = `${dateOf((plot.data[0][at] ?? 0) * 1_000)}: ${values.join(', ') || 'nothing'}`;
}

/** All of a hundred, or a round number above the highest count. */
const rangeOf = (measure: Measure): uPlot.Range.Function => (_, _min, max) => (isShare(measure) ? [0, 100] : [0, Math.max(5, Math.ceil((max ?? 0) * 1.1))]);

function optionsFor(texts: Text[], measure: Measure): uPlot.Options {
  const axis = { font: FONT, stroke: colour('soft'), ticks: { show: false }, grid: { stroke: colour('line'), width: 1 } };
  const tone = (at: number): string => colour(toneOf(at));
  return {
    width: box.clientWidth,
    height: height(),
    legend: { show: false },
    tzDate: (time) => uPlot.tzDate(new Date(time * 1_000), 'Etc/UTC'),
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
    padding: [10, 14, 0, 0],
    scales: { x: { range: (_, min, max) => [min - DAY_S / 2, max + DAY_S / 2] }, y: { range: rangeOf(measure) } },
    axes: [
      { ...axis, grid: { show: false }, values: (_, splits) => splits.map((time) => dateOf(time * 1_000)), space: isNarrow() ? 56 : 70, size: 32, incrs: [1, 2, 7, 14, 30, 61, 91].map((days) => days * DAY_S) },
      { ...axis, size: 56, space: 30, values: (_, splits) => splits.map((value) => told(value, measure)), ...(isShare(measure) && { incrs: [10, 20, 25, 50] }) },
    ],
    series: [{}, ...texts.map((text, at): uPlot.Series => ({ label: nameOf(text), stroke: tone(at), width: 2, dash: DASHES[Math.floor(at / TONES + at) % DASHES.length], spanGaps: isShare(measure), points: { show: isShare(measure), size: isNarrow() ? 4 : 6, fill: tone(at) } }))],
    hooks: { setCursor: [read] },
  };
}

function describe(texts: Text[], measure: Measure): string {
  const lines = texts.map((text) => {
    const value = valueOf(text.sums, measure);
    return `${nameOf(text)} ${value === undefined ? 'no answers' : told(value, measure)}`;
  });
  return `Line chart by day. ${MEASURES[measure]}, over all days: ${lines.join(', ') || 'nothing was counted'}. The same numbers stand in the table below.`;
}

/** Draws the chart; anew where the texts, the measure or the colours are other ones. */
export function drawChart(report: Report, texts: Text[], measure: Measure, anew = false): void {
  shown = { texts, measure };
  const shape = JSON.stringify([measure, texts.map(nameOf)]);
  box.setAttribute('aria-label', describe(texts, measure));
  find('chart-title').textContent = MEASURES[measure];
  if (chart && shape === drawn && !anew) return chart.setData(dataOf(report, texts, measure));
  chart?.destroy();
  drawn = shape;
  find('legend').replaceChildren(...texts.map((text, at) => element('li', '', element('span', `swatch ${toneOf(at)}`), nameOf(text))));
  chart = new uPlot(optionsFor(texts, measure), dataOf(report, texts, measure), box);
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
