import { may } from './choices.js';
import { readPairs } from './cookies.js';
import { gtag } from './gtag.js';
import { loadParts } from './load-parts.js';
import { settings } from './settings.js';

/** Purposes and the consent types of Google Consent Mode v2 that hang on them; what no purpose names stays denied. */
const DEFAULTS = 'statistics=analytics_storage; site-improvement=functionality_storage; analytics-segmentation=personalization_storage; marketing=ad_storage,ad_user_data,ad_personalization';
const TYPES = 'ad_storage ad_user_data ad_personalization analytics_storage functionality_storage personalization_storage'.split(' ');

let told = '';
let loaded = false;
let mapping: Record<string, string[]> = {};

const stateNow = (): Record<string, string> =>
  Object.fromEntries(TYPES.map((type) => [type, Object.keys(mapping).some((purpose) => mapping[purpose]?.includes(type) && may(purpose)) ? 'granted' : 'denied']));

export const googlePurposes = (): string[] => Object.keys(mapping);

/** Whether the tag that was loaded has nothing left that it stands for; told once. */
export function tagEnded(): boolean {
  const hasEnded = loaded && !googlePurposes().some(may);
  if (hasEnded) loaded = false;
  return hasEnded;
}

/** Says no to everything before any tag can ask: called while the page is still read. */
export function denyByDefault(): void {
  if (settings.consentMode === 'off') return;
  mapping = readPairs(settings.consentMode || DEFAULTS);
  const state = stateNow();
  told = JSON.stringify(state);
  gtag('consent', 'default', { ...state, security_storage: 'granted', wait_for_update: 500 });
}

const mayLoad = (): boolean => !!settings.googleTag && !loaded && googlePurposes().some(may);

/** The yes may have gone while it waited for its parts; where they cannot be had it is tried again with the next change. */
async function loadTag(): Promise<void> {
  const parts = await loadParts();
  if (!parts || !mayLoad()) return;
  parts.tag();
  loaded = true;
}

/** Tells what holds now, where it has changed; the tag itself is loaded with the first yes that concerns it. */
export function updateConsentMode(): void {
  if (settings.consentMode === 'off') return;
  const state = stateNow();
  if (JSON.stringify(state) !== told) gtag('consent', 'update', state);
  told = JSON.stringify(state);
  if (mayLoad()) void loadTag();
}
