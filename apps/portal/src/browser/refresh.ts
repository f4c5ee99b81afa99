import { ask } from '#live';
import { keepAges } from './ages.js';
import { say, sentence } from './message.js';
import { isBeingWritten, markChanged, swapView, type Changed } from './swap-view.js';

const AGAIN_MS = 3_000;
const view = document.getElementById('view');
let busy = 0;
let wanted = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Puts a fresh view on the page; as long as it is not the truth, asks again by itself. */
export function show(markup: string): Changed {
  if (!view) return { elsewhere: [], sent: [], told: false };
  const changed = swapView(view, markup);
  keepAges();
  clearTimeout(timer);
  if (view.querySelector('[data-again]')) againSoon();
  return changed;
}

function againSoon(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void refresh(), AGAIN_MS);
}

/** A view that is to be asked for again takes the place of nothing that is being written: it has no room for it. */
function take(markup: string): void {
  if (view && markup.includes(' data-again') && isBeingWritten(view)) againSoon();
  else tell(show(markup));
}

const titlesOf = (purposes: string[]): string => purposes.map((purpose) => document.getElementById(`title-${purpose}`)?.textContent ?? '').join(', ');

function tell({ elsewhere, sent, told }: Changed): void {
  if (view) markChanged(view, [...elsewhere, ...sent]);
  if (sent.length > 0) say(sentence('saved', titlesOf(sent)));
  if (told) say(sentence('changed'));
  if (elsewhere.length > 0) say(sentence('elsewhere', titlesOf(elsewhere)));
}

async function fetchView(): Promise<void> {
  const response = await ask(view?.dataset.from ?? '/view').catch(() => undefined);
  if (response?.status === 401) return location.reload();
  const markup = response?.ok ? await response.text().catch(() => undefined) : undefined;
  if (markup !== undefined) take(markup);
}

/** Looks again now, or as soon as the press that is under way has been answered. */
export async function refresh(): Promise<void> {
  if (busy > 0) {
    wanted = true;
    return;
  }
  await during(fetchView);
}

/** Runs one piece of work; what was asked for meanwhile is fetched after it. */
export async function during(work: () => Promise<void>): Promise<void> {
  busy += 1;
  try {
    await work();
  } finally {
    busy -= 1;
  }
  if (busy === 0 && wanted) {
    wanted = false;
    await refresh();
  }
}
