import { may } from './choices.js';
import { readPairs } from './cookies.js';
import { gtag } from './gtag.js';
import { loadParts } from './load-parts.js';
import { settings } from './settings.js';

/** Purposes and the consent types of Google Consent Mode v2 that hang on them; what no purpose names stays denied. */
const DEFAULTS = 'statistics=analytics_storage; site-improvement=functionality_storage; analytics-segmentation=personalization_storage; marketing=ad_storage,ad_user_data,ad_personalization';
const TYPES = DEFAULTS.match(/\w+_\w+/g) ?? [];

let told = '';
let loaded = false;
let mapping: Record<string, string[]> = {};

/** Whether something has its yes on which a consent type of this name hangs, or one that begins so. */
export const hasYes = (start: string): boolean => Object.keys(mapping).some((purpose) => mapping[purpose]?.some((type) => type.startsWith(start)) && may(purpose));

const stateNow = (): Record<string, string> => Object.fromEntries(TYPES.map((type) => [type, hasYes(type) ? 'granted' : 'denied']));

/** A tag is there to measure and to advertise: `analytics_storage`, `ad_…`. No other type begins so. */
const concernsTag = (): boolean => hasYes('a');

/** Whether the tag that was loaded has nothing left that it stands for; told once. */
export function tagEnded(): boolean {
  const hasEnded = loaded && !concernsTag();
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

const mayLoad = (): boolean => !!settings.googleTag && !loaded && concernsTag();

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
