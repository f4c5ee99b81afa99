/** Up to here a tenth of a second is told. */
const TENTHS_BELOW_MS = 10_000;
const STEPS: readonly [below: number, unit: Intl.RelativeTimeFormatUnit, ms: number][] = [
  [60_000, 'second', 1_000],
  [3_600_000, 'minute', 60_000],
  [86_400_000, 'hour', 3_600_000],
  [Infinity, 'day', 86_400_000],
];

/** How long ago something was, in words: "0.2 seconds ago", "3 minutes ago". Runs on the server and in the browser. */
export function agoIn(language: string, ageMs: number): string {
  const age = Math.max(0, ageMs);
  const words = new Intl.RelativeTimeFormat(language === 'en' ? 'en-GB' : language, { numeric: 'always' });
  if (age < TENTHS_BELOW_MS) return words.format(-Math.max(1, Math.round(age / 100)) / 10, 'second');
  const [, unit, ms] = STEPS.find(([below]) => age < below) ?? [0, 'day', 86_400_000];
  return words.format(-Math.floor(age / ms), unit as Intl.RelativeTimeFormatUnit);
}
