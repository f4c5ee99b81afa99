import { setClock, showAges } from './ages.js';

/** Parts of the pages that follow what happens; what somebody is typing is none of them. */
const PARTS = ['figures', 'reactions', 'issues', 'send', 'progress', 'state'];

function takeOver(fresh: Document): void {
  for (const id of PARTS) {
    const old = document.getElementById(id);
    const young = fresh.getElementById(id);
    if (!old || !young || old.innerHTML === young.innerHTML) continue;
    for (const { name, value } of young.attributes) old.setAttribute(name, value);
    old.replaceChildren(...young.childNodes);
  }
  setClock();
  showAges();
}

async function refresh(path: string): Promise<void> {
  const response = await fetch(path, { headers: { accept: 'text/html' } });
  if (response.ok) takeOver(new DOMParser().parseFromString(await response.text(), 'text/html'));
}

/** Fetches the page's parts again whenever the server says that something changed; one fetch at a time. */
export function followChanges(): void {
  const path = document.querySelector<HTMLElement>('[data-live]')?.dataset.live;
  if (!path) return;
  let busy = false;
  let again = false;
  const look = async (): Promise<void> => {
    again = busy;
    if (busy) return;
    busy = true;
    await refresh(path).catch(() => undefined);
    busy = false;
    if (again) await look();
  };
  const source = new EventSource('/live');
  source.addEventListener('changed', () => void look());
  // After a break something may have been missed.
  source.addEventListener('open', () => void look());
}
