import { choose, currentChoices, granted, may, toAsk } from './choices.js';
import { recall, remember } from './memory.js';
import { settings } from './settings.js';
import { site } from './site.js';

/** Whether this browser sends the Global Privacy Control signal. */
export const hasSignal = (): boolean =>
  !!(settings.gpc || site()?.gpc || (navigator as Navigator & { globalPrivacyControl?: boolean }).globalPrivacyControl);

/**
 * The signal acts once, as a refusal of every purpose of this browser. What the visitor chooses explicitly after that stands, untouched;
 * what is asked later is refused without a question. Nothing follows from its absence.
 */
export async function actOnSignal(): Promise<void> {
  if (!hasSignal() || !site()) return;
  const isFirst = !recall<boolean>('gpc');
  remember('gpc', true);
  if (isFirst && (!currentChoices() || granted().length)) return choose([], 'gpc');
  const open = toAsk().filter((purpose) => !may(purpose));
  if (open[0]) await choose([], 'gpc', open);
}
