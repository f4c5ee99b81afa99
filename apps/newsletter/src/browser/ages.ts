const SECOND = 1_000;
const STEPS: readonly [limit: number, size: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60 * SECOND, SECOND, 'second'],
  [3_600 * SECOND, 60 * SECOND, 'minute'],
  [86_400 * SECOND, 3_600 * SECOND, 'hour'],
  [Infinity, 86_400 * SECOND, 'day'],
];

/** Milliseconds that the server's clock is ahead of this one, by the page it sent last. */
let ahead = 0;

/** Sets this page's clock by the server's, which is the one that the times on it were taken by. */
export function setClock(): void {
  const now = document.getElementById('figures')?.dataset.now;
  if (now) ahead = Date.parse(now) - Date.now();
}

function ageOf(milliseconds: number, format: Intl.RelativeTimeFormat): string {
  const [, size = SECOND, unit = 'second'] = STEPS.find(([limit]) => milliseconds < limit) ?? [];
  const value = milliseconds / size;
  return format.format(-(milliseconds < 10 * SECOND ? Math.round(value * 10) / 10 : Math.floor(value)), unit);
}

/** Writes every age anew: tenths of a second while it is fresh. */
export function showAges(): number {
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: 'short' });
  let youngest = Infinity;
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-age]')) {
    const age = Math.max(0, Date.now() + ahead - Date.parse(time.dateTime));
    time.textContent = ageOf(age, format);
    time.closest('li')?.classList.toggle('fresh', age < 3 * SECOND);
    youngest = Math.min(youngest, age);
  }
  return youngest;
}

/** Keeps the ages true for as long as the page is open. */
export function keepAges(): void {
  setClock();
  const tick = (): void => {
    const youngest = showAges();
    setTimeout(tick, youngest < 10 * SECOND && !document.hidden ? 100 : SECOND);
  };
  tick();
}
