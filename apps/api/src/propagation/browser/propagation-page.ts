import { drawChart, fitChart } from './draw-chart.js';
import { find } from './elements.js';
import { ask, KeyRefused, type Measure, type Report } from './report.js';
import { showSystems } from './show-systems.js';
import { showTable } from './show-table.js';
import { timeOf } from './words.js';

const EVERY_MS = 2_000;
const LONGEST_MS = 30_000;
const KEPT = 'samtycke-key';

const gate = find<HTMLFormElement>('gate');
const field = find<HTMLInputElement>('key');
const trouble = find('gate-trouble');
const live = find('live');

let looking: AbortController | undefined;
let last: Report | undefined;

const chosen = (name: string): string => document.querySelector<HTMLInputElement>(`input[name=${name}]:checked`)?.value ?? '';

function open(isOpen: boolean): void {
  gate.hidden = isOpen;
  find('board').hidden = !isOpen;
}

/** A row of numbers that changes each second is told to nobody's ear: only whether they come. */
function say(state: 'on' | 'off', words: string): void {
  live.dataset.state = state;
  if (live.textContent !== words) live.textContent = words;
}

function draw(report: Report, anew = false): void {
  const measure = chosen('measure') as Measure;
  last = report;
  open(true);
  showSystems(report.systems, report.until);
  drawChart(report, measure, anew);
  showTable(report, measure);
}

function leave(words: string): void {
  looking?.abort();
  sessionStorage.removeItem(KEPT);
  open(false);
  trouble.textContent = words;
  field.setAttribute('aria-invalid', String(words !== ''));
  field.focus();
}

const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });

/** Looks again and again while the page is seen; more seldom while the ledger does not answer. */
async function look(key: string): Promise<void> {
  looking?.abort();
  const { signal } = (looking = new AbortController());
  for (let pause = EVERY_MS; !signal.aborted; await rest(pause, signal)) {
    try {
      const report = await ask(key, Number(chosen('window')), signal);
      if (signal.aborted) return;
      sessionStorage.setItem(KEPT, key);
      draw(report);
      say('on', 'Live');
      pause = EVERY_MS;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof KeyRefused) return leave(error.message);
      if (!last) return leave('The ledger does not answer. Try again.');
      say('off', `No answer since ${timeOf(last.until, true)}, trying again`);
      pause = Math.min(pause * 2, LONGEST_MS);
    }
  }
}

function again(): void {
  const key = sessionStorage.getItem(KEPT);
  if (key && document.visibilityState === 'visible') void look(key);
  else looking?.abort();
}

gate.addEventListener('submit', (event) => {
  event.preventDefault();
  trouble.textContent = '';
  const key = field.value.trim();
  field.value = '';
  if (/^[\w-]+$/.test(key)) void look(key);
  else leave('This is no key.');
});
find('leave').addEventListener('click', () => {
  last = undefined;
  leave('');
});
document.addEventListener('visibilitychange', again);
document.addEventListener('change', ({ target }) => {
  const { name } = target as HTMLInputElement;
  if (name === 'window') again();
  if (name === 'measure' && last) draw(last);
});
new ResizeObserver(fitChart).observe(find('chart'));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => last && draw(last, true));
open(false);
again();
