import type { Core } from '../core.js';
import { PLACEHOLDER } from './style.js';

const hostOf = (url: string): string => (URL.canParse(url, location.href) ? new URL(url, location.href).host : '');

function drawPlaceholder(core: Core, { dataset: { purpose = '', src = '' } }: HTMLElement): HTMLElement {
  const { purposes = [], words = {}, locale } = core.site() ?? {};
  const titles = purpose.split(/[\s,]+/).map((id) => purposes.find((one) => one.id === id)?.title ?? id);
  const text = (words.held ?? '').replace('{host}', hostOf(src)).replace('{purposes}', titles.join(', '));
  const place = document.createElement('samtycke-placeholder');
  place.lang = locale ?? '';
  const button = core.build('button', { type: 'button', click: () => void core.open() }, words.allow);
  core.dress(place, PLACEHOLDER).append(core.build('div', {}, core.build('p', {}, text), button));
  return place;
}

/** An embed that waits shows who it comes from and what it needs; the way to a yes is the preference centre, with all that is asked. */
export function placeholders(core: Core): (embeds: HTMLElement[]) => void {
  const places = new Map<HTMLElement, HTMLElement>();
  const settle = (embed: HTMLElement): void => {
    const waits = embed.localName === 'iframe' && !embed.hasAttribute('src') && core.site() !== undefined;
    embed.hidden = waits;
    const place = places.get(embed) ?? (waits ? drawPlaceholder(core, embed) : undefined);
    if (!place) return;
    places.set(embed, place);
    if (waits) embed.before(place);
    else place.remove();
  };
  document.addEventListener('samtycke:change', () => queueMicrotask(() => [...places.keys()].forEach(settle)));
  return (embeds) => embeds.forEach(settle);
}
