import { choose, currentChoices, onChoice, type Method } from './choices.js';
import { hasSignal } from './gpc.js';
import { settings } from './settings.js';
import { showToast } from './toast.js';

const banner = document.getElementById('cookie-banner') as HTMLElement;
const dialog = document.getElementById('cookie-settings') as HTMLDialogElement;
const boxes = [...dialog.querySelectorAll<HTMLInputElement>('[data-cookie-purpose]')];
const heading = document.getElementById('settings-title') as HTMLElement;

function showBanner(): void {
  banner.hidden = false;
  document.documentElement.classList.add('has-banner');
}

function hideBanner(): void {
  banner.hidden = true;
  document.documentElement.classList.remove('has-banner');
}

function openSettings(): void {
  const granted = currentChoices()?.granted ?? [];
  for (const box of boxes) box.checked = granted.includes(box.name);
  const note = dialog.querySelector<HTMLElement>('[data-when-gpc]');
  if (note) note.hidden = !hasSignal();
  dialog.showModal();
  heading.focus();
}

function answer(granted: string[]): void {
  const method: Method = dialog.open ? 'settings' : 'banner';
  const keepFocus = banner.contains(document.activeElement);
  if (dialog.open) dialog.close();
  hideBanner();
  if (keepFocus) document.getElementById('content')?.focus({ preventScroll: true });
  showToast(granted.length === 0 ? 'Du har nekat alla kakor utom de nödvändiga.' : 'Dina kakval är sparade.');
  void choose(granted, method);
}

const ACTIONS: Record<string, () => void> = {
  accept: () => answer([...settings.purposes]),
  refuse: () => answer([]),
  save: () => answer(boxes.filter((box) => box.checked).map((box) => box.name)),
  choose: openSettings,
};

/** Asks on the first visit, and opens the settings whenever they are wanted. */
export function watchCookieSettings(): void {
  document.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLElement>('[data-cookies]');
    if (button) ACTIONS[button.dataset.cookies ?? '']?.();
  });
  onChoice(() => {
    if (currentChoices()) hideBanner();
  });
  if (!currentChoices()) showBanner();
}
