import type { Banner } from '../banner.js';
import type { Core } from '../core.js';
import { noticeText } from './notice-text.js';
import { NOTICE, PLACEHOLDER } from './style.js';

/** A page that takes placeholders away again and again has its way. */
const OFTEN = 100;

/** It takes the embed's place: as high as that stands in the page, and as wide where the page says how wide. Asked while the embed is seen. */
function measure(place: HTMLElement, embed: HTMLElement): void {
  const { width, height } = embed.getBoundingClientRect();
  if (height > 0) place.style.setProperty('--_h', `${height}px`);
  if (width > 0 && /^\d+$/.test(embed.getAttribute('width') ?? '')) place.style.maxWidth = `${width}px`;
}

const hostOf = (url: string): string => (URL.canParse(url, location.href) ? new URL(url, location.href).host : '');

/** Exactly what the embed needs, by a press of the visitor's: no other purpose is decided. What it shows then has the focus. */
function allow(core: Core, embed: HTMLElement, needed: string[]): void {
  const ids = needed.filter((id) => !core.may(id));
  void core.choose(ids, 'placeholder', ids).then(() => embed.focus({ preventScroll: true }));
  document.querySelector<Banner>('samtycke-banner')?.say();
}

/** What a yes means, beside it: each purpose, who is responsible, that it can be taken back, and the whole text that it is bound to. Nothing where the site cannot ask for all of it. */
function asked(core: Core, needed: string[]): HTMLElement[] {
  const { purposes = [], words = {}, notices = {}, controller, locale } = core.site() ?? {};
  const found = purposes.filter(({ id }) => needed.includes(id));
  if (!needed.every((id) => core.may(id) || found.some((one) => one.id === id))) return [];
  const texts = Object.fromEntries(found.flatMap(({ notice }) => (notices[notice] ? [[notice, notices[notice]]] : [])));
  const what = found.map(({ title, summary }) => core.build('p', { class: 'what' }, core.build('b', {}, `${title}. `), summary));
  return [...what, core.build('p', { class: 'what' }, `${words.by} ${controller}. ${words.scope}`), noticeText(core, texts, { locale, label: words.text, ofSite: true })];
}

function drawPlaceholder(core: Core, embed: HTMLElement): HTMLElement {
  const { purpose = '', src = '' } = embed.dataset;
  const { purposes = [], words = {}, locale } = core.site() ?? {};
  const needed = purpose.split(/[\s,]+/);
  const titles = needed.map((id) => purposes.find((one) => one.id === id)?.title ?? id);
  const text = (words.held ?? '').replace('{host}', hostOf(src)).replace('{purposes}', () => titles.join(', '));
  const place = document.createElement('samtycke-placeholder');
  place.lang = locale ?? '';
  const told = asked(core, needed);
  const yes = !!told[0] && core.build('button', { type: 'button', class: 'accept', click: ({ isTrusted }: Event) => isTrusted && allow(core, embed, needed) }, words.allow);
  const all = core.build('button', { type: 'button', class: 'plain', click: () => void core.open() }, words.settings);
  core.dress(place, PLACEHOLDER, NOTICE).append(core.build('section', {}, core.build('p', {}, text), ...told, core.build('div', { class: 'buttons' }, yes, all)));
  return place;
}

/** What waits is not seen while its placeholder stands before it: the page's own `hidden` is left as it is. */
function hideWaiting(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('samtycke-placeholder+iframe:not([src]){display:none!important}');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

/** An embed that waits shows who it comes from and what it needs; one press gives that yes alone, and the way to all that is asked stands beside it. */
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
