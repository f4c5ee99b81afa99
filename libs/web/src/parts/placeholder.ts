import type { Core } from '../core.js';
import { PLACEHOLDER } from './style.js';

/** A page that takes placeholders away again and again has its way. */
const OFTEN = 100;

/** It takes the embed's place: as high as that stands in the page, and as wide where the page says how wide. Asked while the embed is seen. */
function measure(place: HTMLElement, embed: HTMLElement): void {
  const { width, height } = embed.getBoundingClientRect();
  if (height > 0) place.style.setProperty('--_h', `${height}px`);
  if (width > 0 && /^\d+$/.test(embed.getAttribute('width') ?? '')) place.style.maxWidth = `${width}px`;
}

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

/** What waits is not seen while its placeholder stands before it: the page's own `hidden` is left as it is. */
function hideWaiting(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('samtycke-placeholder+iframe:not([src]){display:none!important}');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

/** An embed that waits shows who it comes from and what it needs; the way to a yes is the preference centre, with all that is asked. */
export function placeholders(core: Core): (embeds: HTMLElement[]) => void {
  const places = new Map<HTMLElement, HTMLElement>();
  let isWatching = false;
  let moves = 0;

  /** What the page removes takes its placeholder along, and what it hides hides it. */
  function follow(): void {
    for (const [embed, place] of places) {
      place.toggleAttribute('hidden', embed.hasAttribute('hidden'));
      const isParted = embed.previousElementSibling !== place && (moves += 1) < OFTEN;
      if (isParted || !embed.isConnected) settle(embed);
    }
  }

  function watch(): void {
    if (isWatching) return;
    isWatching = true;
    hideWaiting();
    new MutationObserver(follow).observe(document, { childList: true, subtree: true, attributeFilter: ['hidden'] });
  }

  function settle(embed: HTMLElement): void {
    const waits = embed.localName === 'iframe' && embed.isConnected && !embed.hasAttribute('src') && core.site() !== undefined;
    if (!waits) {
      places.get(embed)?.remove();
      places.delete(embed);
      return;
    }
    const place = places.get(embed) ?? drawPlaceholder(core, embed);
    if (!places.has(embed)) measure(place, embed);
    place.toggleAttribute('hidden', embed.hasAttribute('hidden'));
    if (embed.previousElementSibling !== place) embed.before(place);
    places.set(embed, place);
    watch();
  }

  document.addEventListener('samtycke:change', () => queueMicrotask(() => [...places.keys()].forEach(settle)));
  return (embeds) => embeds.forEach(settle);
}
