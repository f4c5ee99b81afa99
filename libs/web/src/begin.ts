import { attempt } from './attempt.js';
import { announce, choose, currentChoices, granted, may, onChoice, watchEnd, watchOutcomes } from './choices.js';
import { Banner, openChoices, prepare } from './banner.js';
import { denyByDefault, updateConsentMode } from './consent-mode.js';
import { currentDevice } from './device.js';
import { define } from './draw.js';
import { nodes, onAdded, stop, watchPage } from './gate.js';
import { loadBy, loaded, loadParts, type PartsLoader } from './load-parts.js';
import { onRemembered } from './memory.js';
import { flush, isWaiting, watchNetwork } from './outbox.js';
import type { Samtycke, SamtyckeChange, SamtyckeOptions } from './public.js';
import { isFramed, settings } from './settings.js';
import { actOnSignal } from './signal.js';
import { keepSite, loadSite, site } from './site.js';

const change = (): SamtyckeChange => ({ granted: granted(), by: currentChoices()?.by ?? 'none', recorded: !isWaiting('cookies') });

const onDocument = (act: () => void): void => (document.readyState === 'loading' ? document.addEventListener('DOMContentLoaded', act) : act());

/** A yes by the page's own control is the visitor's only if he has just pressed something, saw no frame around it, and a notice stands behind it. */
async function grant(...purposes: string[]): Promise<void> {
  const asked = site()?.purposes.map(({ id }) => id) ?? [];
  if (isFramed() || navigator.userActivation?.isActive === false || !purposes.every((purpose) => asked.includes(purpose))) throw new Error('samtycke: no press, or no such purpose');
  await choose(purposes, 'api', purposes);
}

async function withdraw(...purposes: string[]): Promise<void> {
  await choose([], 'api', purposes.length ? purposes : undefined);
}

const listen = (listener: (change: SamtyckeChange) => void): (() => void) => onChoice(() => listener(change()));

const ELEMENTS = 'samtycke-subscribe,samtycke-preferences';
const OFTEN = 9;
let banner: Element | undefined;
let ours: Element | undefined;
let frame: number | undefined;
let times = 0;

/**
 * The question, and the way back to it, stands in the page once: where that has none of its own ours does, whatever takes the place of its
 * body. It is made ready at once, and put there when it is known what to ask: the page is not laid out anew for nothing.
 */
function keepBanner(): void {
  frame = undefined;
  banner = nodes('samtycke-banner').find((one) => one !== ours);
  if (banner) return ours?.remove();
  banner = ours ??= document.createElement('samtycke-banner');
  if (banner.isConnected || !site()) return;
  document.body.prepend(banner);
  times += 1;
  setTimeout(() => times > OFTEN || (times = 0), 1_000);
}

/** With the next picture; where it is taken away again and again not any more. */
const keepSoon = (): unknown => times > OFTEN || (frame ??= requestAnimationFrame(keepBanner));

function lookAround(): void {
  keepSoon();
  if (document.querySelector(ELEMENTS)) void loadParts();
}

/** Draws what asks, and what the page holds of the other elements, or adds later. */
function draw(): void {
  define('samtycke-banner', Banner);
  keepBanner();
  onChoice(keepBanner);
  lookAround();
  onAdded(`${ELEMENTS},samtycke-banner`, lookAround, () => banner?.isConnected || (site() && keepSoon()));
  document.addEventListener('click', (event) => {
    const { target } = event;
    if ((target as Element).closest?.('[data-samtycke=open]')) void openChoices();
    loaded?.take(event);
  });
}

/** What draws is ready before it is known what to ask: then the question itself takes no time. Until the site has answered nothing is taken for refused, and cleared away. */
async function settle(): Promise<void> {
  const loading = loadSite();
  attempt(prepare);
  onDocument(() => attempt(draw));
  await loading;
  onChoice(stop);
  await actOnSignal();
  announce();
}

/** Somebody without an id gave nothing that could end elsewhere. */
async function watchElsewhere(asks?: boolean): Promise<void> {
  if (currentDevice()) await (await loadParts())?.watch(asks);
}

/** Starts Samtycke on this page, once; called again it gives the same. `parts` loads what is needed only sometimes. */
export function begin(options: SamtyckeOptions & { api: string }, parts: PartsLoader): Samtycke {
  // An element of the page by that name stands there as well.
  if (typeof window.samtycke?.may === 'function') return window.samtycke;
  Object.assign(settings, options, { api: options.api.replace(/\/+$/, '') });
  loadBy(parts, openChoices);
  attempt(denyByDefault);
  const ready = settle().catch(reportError).then(() => samtycke);
  watchOutcomes();
  const tell = (): unknown => document.dispatchEvent(new CustomEvent('samtycke:change', { detail: change() }));
  [() => keepSite(!!currentChoices()?.granted.length), watchEnd, updateConsentMode, tell].forEach(onChoice);
  watchPage();
  onRemembered(announce);
  watchNetwork();
  const samtycke: Samtycke = {
    may,
    ready,
    on: listen,
    get change() {
      return change();
    },
    get device() {
      return currentDevice();
    },
    open: openChoices,
    grant,
    withdraw,
  };
  window.samtycke = samtycke;
  void ready.then(flush).catch(reportError).then(() => watchElsewhere(true)).catch(reportError).then(() => onChoice(() => void watchElsewhere()));
  return samtycke;
}
