import { agoIn } from './ago.js';

const YOUNG_MS = 10_000;
const born = new WeakMap<HTMLElement, number>();
const still = matchMedia('(prefers-reduced-motion: reduce)');
let timer: ReturnType<typeof setTimeout> | undefined;

function show(element: HTMLElement, now: number): number {
  const since = born.get(element) ?? now - Number(element.dataset.age);
  born.set(element, since);
  const words = agoIn(document.documentElement.lang, now - since);
  if (element.textContent !== words) element.textContent = words;
  return now - since;
}

/** Brings every age on the page up to date, and keeps it there: tenths of a second while it is young, unless less motion is wanted. */
export function keepAges(): void {
  clearTimeout(timer);
  const ages = [...document.querySelectorAll<HTMLElement>('[data-age]')].map((element) => show(element, performance.now()));
  if (ages.length > 0) timer = setTimeout(keepAges, Math.min(...ages) < YOUNG_MS && !still.matches ? 100 : 1_000);
}
