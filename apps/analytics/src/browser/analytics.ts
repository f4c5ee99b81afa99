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
let asking = false;
let again = false;

function draw(anew = false): void {
  if (!summary) return;
  showViewRows(summary, range);
  drawViews(summary, range, anew);
  drawSegments(summary, anew);
}

async function ask(): Promise<void> {
  const response = await fetch('/api/summary').catch(() => undefined);
  if (!response?.ok) return;
  summary = (await response.json()) as Summary;
  showCounters(summary);
  showPages(summary);
  showReactions(summary);
  draw();
  document.documentElement.dataset.drawn = summary.at;
}

/** Looks again: at once, or as soon as the look that is under way has ended. */
async function refresh(): Promise<void> {
  again = true;
  if (asking) return;
  asking = true;
  try {
    while (again) {
      again = false;
      await ask();
    }
  } finally {
    asking = false;
  }
}

function showLive(connected: boolean): void {
  if (!live) return;
  live.dataset.state = connected ? 'on' : 'off';
  const words = connected ? 'Live' : 'Not connected; trying again';
  if (live.textContent !== words) live.textContent = words;
}

function follow(): void {
  const source = new EventSource('/live');
  source.addEventListener('open', () => {
    showLive(true);
    void refresh();
  });
  source.addEventListener('changed', () => void refresh());
  source.addEventListener('error', () => showLive(false));
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
follow();
