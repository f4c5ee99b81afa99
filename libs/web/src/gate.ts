import { attempt } from './attempt.js';
import { may, onChoice } from './choices.js';
import { clearRefused, noteCookies } from './cookies.js';
import { hasYes, tagEnded } from './consent-mode.js';
import { loadParts } from './load-parts.js';
import { trusted } from './trusted.js';

const HELD = 'script[type="text/plain"][data-purpose]';
const MANY = 50;
const EMBEDS = ':is(iframe,img,video,audio)[data-purpose]';
export const nodes = (selector: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selector)];

/** Every purpose that the element names has its yes. */
export const mayRun = ({ dataset: { purpose = '' } }: HTMLElement): boolean => purpose.split(/[\s,]+/).every(may);

/** Purposes whose scripts have run in this page. */
const ran = new Set<HTMLElement>();

let isFetching = false;

/** Each may have taken away the next, or its yes. */
function runWaiting(): void {
  for (const held of nodes(HELD)) if (!isFetching && held.isConnected && mayRun(held)) attempt(() => run(held));
}

/** What follows waits for it, as in a browser; for what is never fetched nothing waits. */
function holdNext(script: HTMLScriptElement): void {
  if (script.async || script.noModule || !/^(|module|(text|application)\/(x-)?(java|ecma)script)$/i.test(script.type)) return;
  isFetching = true;
  const goOn = (): void => {
    isFetching = false;
    runWaiting();
  };
  for (const end of ['load', 'error']) script.addEventListener(end, goOn);
}

/** A script that waited is put in anew: only then a browser runs it. */
function run(held: HTMLElement): void {
  const script = document.createElement('script');
  for (const { name, value } of held.attributes) if (!['type', 'src', 'data-src'].includes(name)) script.setAttribute(name, value);
  script.type = held.dataset.type ?? '';
  script.async = held.hasAttribute('async');
  if (held.nonce) script.nonce = held.nonce;
  const source = held.dataset.src ?? held.getAttribute('src');
  if (source) script.src = trusted('createScriptURL', source);
  script.text = trusted('createScript', (held as HTMLScriptElement).text);
  noteCookies(held);
  if (source) holdNext(script);
  held.replaceWith(script);
  if (!('stops' in held.dataset)) ran.add(script);
}

function turn(embed: HTMLElement): void {
  const on = mayRun(embed);
  if (on === embed.hasAttribute('src')) return;
  if (on) {
    noteCookies(embed);
    embed.setAttribute('src', embed.dataset.src ?? '');
  } else {
    embed.dataset.src ??= embed.getAttribute('src') ?? '';
    embed.removeAttribute('src');
    // Only then sound and film stop.
    (embed as Partial<HTMLMediaElement>).load?.();
  }
}

function apply(): void {
  runWaiting();
  const embeds = nodes(EMBEDS);
  embeds.forEach(turn);
  if (embeds.some((embed) => embed.localName === 'iframe' && !mayRun(embed))) void loadParts().then((parts) => parts?.hold(embeds));
}

/** What ran already, and a Google tag, stops only with the page: it is loaded anew, once, unless the script says that it stops itself (`data-stops`). */
export function stop(): void {
  attempt(() => clearRefused(hasYes));
  if (!tagEnded() && [...ran].every(mayRun)) return;
  ran.clear();
  location.reload();
}

/**
 * Calls back when such an element is added to the page, or so much at once, as while the page is read, that to act costs less than to look at
 * each. Most of what a page adds are texts and elements without any within them.
 */
export function onAdded(selector: string, act: () => void, always?: () => void): void {
  const adds = ({ addedNodes }: MutationRecord): boolean => {
    for (const node of addedNodes as NodeListOf<HTMLElement>) if (node.matches?.(selector) || (node.firstElementChild && node.querySelector(selector))) return true;
    return false;
  };
  const look = (records: MutationRecord[]): void => {
    always?.();
    if (records[MANY] || records.some(adds)) act();
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}

/** Scripts and embeds wait for their purpose, those that are added later too, and stop when it is taken back. */
export function watchPage(): void {
  onChoice(apply);
  onAdded('[data-purpose]', apply);
  apply();
}
