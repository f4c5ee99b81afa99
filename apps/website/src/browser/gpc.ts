import { choose, currentChoices } from './choices.js';
import { recall, remember } from './memory.js';
import { settings } from './settings.js';

/** Whether this browser sends the Global Privacy Control signal. */
export const hasSignal = (): boolean =>
  settings.gpc || (navigator as Navigator & { globalPrivacyControl?: boolean }).globalPrivacyControl === true;

/**
 * The signal acts once, as a refusal of every cookie purpose of this browser. What the visitor chooses explicitly after
 * that stands; without the signal nothing follows from its absence.
 */
export async function actOnSignal(): Promise<void> {
  if (!hasSignal() || recall<boolean>('gpc')) return;
  remember('gpc', true);
  const granted = currentChoices()?.granted ?? [];
  if (granted.length > 0 || !currentChoices()) await choose([], 'gpc');
}
