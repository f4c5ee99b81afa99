import { keepAges } from './ages.js';
import { watchSwitches } from './press.js';
import { refresh } from './refresh.js';

const live = document.getElementById('live');

function showLive(connected: boolean): void {
  if (!live) return;
  live.hidden = false;
  live.dataset.state = connected ? 'on' : 'off';
  const words = (connected ? live.dataset.live : live.dataset.offline) ?? '';
  if (live.textContent !== words) live.textContent = words;
}

/** The portal says a word four times as often: after such a silence the connection is gone, whatever the browser thinks of it. */
const SILENCE_MS = 60_000;
const PAUSE_MS = 3_000;

/**
 * Follows what happens elsewhere. Each time the connection comes up everything is looked up anew: nothing is missed. An answer that is no
 * stream, as a proxy gives while the portal starts, ends a source for good: then, as after a silence, another one is begun.
 */
function follow(): void {
  const source = new EventSource('/live');
  let silence: ReturnType<typeof setTimeout> | undefined;
  const end = (): void => {
    source.close();
    clearTimeout(silence);
    showLive(false);
    setTimeout(follow, PAUSE_MS * (1 + Math.random()));
  };
  const listen = (): void => {
    clearTimeout(silence);
    silence = setTimeout(end, SILENCE_MS);
  };
  source.addEventListener('open', () => {
    showLive(true);
    void refresh();
  });
  source.addEventListener('changed', () => void refresh());
  for (const word of ['open', 'changed', 'beat']) source.addEventListener(word, listen);
  source.addEventListener('error', () => {
    showLive(false);
    if (source.readyState !== EventSource.CLOSED) return;
    end();
    void refresh();
  });
  listen();
}

watchSwitches();
keepAges();
follow();
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void refresh();
});
