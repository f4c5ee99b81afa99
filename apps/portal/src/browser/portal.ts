import { follow } from '#live';
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

watchSwitches();
keepAges();
follow('/live', { look: () => void refresh(), connected: showLive });
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void refresh();
});
