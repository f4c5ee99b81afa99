import { ask, follow, oneByOne } from '#live';
import type { Summary } from '../summary/summary.js';
import { onColours } from './colours.js';
import { drawSegments, fitSegments } from './draw-segments.js';
import { drawViews, fitViews, type Range } from './draw-views.js';
import { showCounters, showPages, showViewRows } from './show-figures.js';
import { showReactions } from './show-reactions.js';

/** The last hour moves on even while nothing happens. */
const MOVE_ON_MS = 15_000;
const NOTES: Record<Range, string> = {
  hour: 'Every bar is a minute of the last hour.',
  month: 'Every bar is a day (UTC) of the last 30.',
};

const live = document.getElementById('live');
let summary: Summary | undefined;
let range: Range = 'hour';

function draw(anew = false): void {
  if (!summary) return;
  showViewRows(summary, range);
  drawViews(summary, range, anew);
  drawSegments(summary, anew);
}

async function look(): Promise<void> {
  const fresh = await ask('/api/summary').then((response) => (response.ok ? (response.json() as Promise<Summary>) : undefined)).catch(() => undefined);
  if (!fresh) return;
  summary = fresh;
  showCounters(summary);
  showPages(summary);
  showReactions(summary);
  draw();
  document.documentElement.dataset.drawn = summary.at;
}

const refresh = oneByOne(look);

function showLive(connected: boolean): void {
  if (!live) return;
  live.dataset.state = connected ? 'on' : 'off';
  const words = connected ? 'Live' : 'Not connected; trying again';
  if (live.textContent !== words) live.textContent = words;
}

function choose(chosen: Range): void {
  range = chosen;
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-range]')) button.setAttribute('aria-pressed', String(button.dataset.range === range));
  document.querySelector('.key-plain')?.toggleAttribute('hidden', range === 'hour');
  const note = document.getElementById('views-note');
  if (note) note.textContent = NOTES[range];
  draw();
}

for (const button of document.querySelectorAll<HTMLButtonElement>('[data-range]')) {
  button.addEventListener('click', () => choose(button.dataset.range === 'month' ? 'month' : 'hour'));
}
new ResizeObserver(() => {
  fitViews();
  fitSegments();
}).observe(document.getElementById('content') ?? document.body);
onColours(() => draw(true));
setInterval(() => void refresh(), MOVE_ON_MS);
void refresh();
follow('/live', { look: () => void refresh(), connected: showLive });
