import { ask, follow, oneByOne } from '#live';
import { setClock, showAges } from './ages.js';

/** Parts of the pages that follow what happens; what somebody is typing is none of them. */
const PARTS = ['figures', 'told', 'reactions', 'issues', 'send', 'progress', 'state'];

function keepFocus(id: string | undefined): void {
  if (id && document.activeElement?.id !== id) document.getElementById(id)?.focus({ preventScroll: true });
}

/** Each part stays the element that it is, and its content is new; what had the focus has it again. */
function takeOver(fresh: Document): void {
  const focused = document.activeElement?.id;
  for (const id of PARTS) {
    const old = document.getElementById(id);
    const young = fresh.getElementById(id);
    if (!old || !young || old.innerHTML === young.innerHTML) continue;
    for (const { name, value } of young.attributes) old.setAttribute(name, value);
    old.replaceChildren(...young.childNodes);
  }
  keepFocus(focused);
  setClock();
  showAges();
}

async function refresh(path: string): Promise<void> {
  const response = await ask(path, { headers: { accept: 'text/html' } });
  if (response.ok) takeOver(new DOMParser().parseFromString(await response.text(), 'text/html'));
}

/** Fetches the page's parts again whenever something may have changed. */
export function followChanges(): void {
  const path = document.querySelector<HTMLElement>('[data-live]')?.dataset.live;
  if (!path) return;
  const look = oneByOne(() => refresh(path).catch(() => undefined));
  follow('/live', { look: () => void look() });
}
