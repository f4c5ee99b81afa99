import type { Samtycke } from '#web';
import './copy.js';

function show(name: string, words: string): void {
  const element = document.querySelector(`[data-browser="${name}"]`);
  if (element) element.textContent = words;
}

const BY = { none: 'inget val ännu', gpc: 'av signalen GPC', visitor: 'valt här' };

/** Shows what this browser holds right now. */
function refresh({ change, device }: Samtycke): void {
  show('choices', change.by === 'none' ? BY.none : `${change.granted.join(', ') || 'nej till allt'} (${BY[change.by]})`);
  show('device', device?.device ?? 'inget id');
  show('outbox', change.recorded ? 'tom' : 'väntar');
}

const samtycke = await window.samtycke?.ready;
if (samtycke) {
  samtycke.on(() => refresh(samtycke));
  refresh(samtycke);
}
