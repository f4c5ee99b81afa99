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

/** Follows what happens elsewhere. Each time the connection comes up everything is looked up anew: nothing is missed. */
function follow(): void {
  const source = new EventSource('/live');
  source.addEventListener('open', () => {
    showLive(true);
    void refresh();
  });
  source.addEventListener('changed', () => void refresh());
  source.addEventListener('error', () => {
    showLive(false);
    if (source.readyState === EventSource.CLOSED) void refresh();
  });
}

watchSwitches();
keepAges();
follow();
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void refresh();
});
