import { askApi } from './ask-api.js';
import { announceChoice, currentChoices, type Choices } from './choices.js';
import { currentDevice, forgetDevice } from './device.js';
import { remember } from './memory.js';
import { isWaiting } from './outbox.js';

const ASKED = 'samtycke.asked';
const PAUSE_MS = 60_000;

interface Result {
  allowed?: boolean;
}

/** At most once a minute in this tab. */
function isTime(): boolean {
  try {
    if (Date.now() - Number(sessionStorage.getItem(ASKED) ?? 0) < PAUSE_MS) return false;
    sessionStorage.setItem(ASKED, String(Date.now()));
    return true;
  } catch {
    return true;
  }
}

/** Which of the purposes the ledger still allows this device; undefined where it does not say. */
async function stillAllowed(token: string, purposes: string[]): Promise<string[] | undefined> {
  const checks = purposes.map((purpose) => ({ subject: { device: token }, purpose }));
  const { status, body } = await askApi('/v1/check', { checks });
  if (status !== 200 || !Array.isArray(body.results)) return undefined;
  const results = body.results as Result[];
  return purposes.filter((_, index) => results[index]?.allowed !== false);
}

/** Takes over what is left of the choices, unless the visitor has chosen anew meanwhile. */
function keepOnly(granted: string[], choices: Choices): void {
  if (granted.length === choices.granted.length || currentChoices()?.at !== choices.at) return;
  remember('choices', { ...choices, granted });
  if (granted.length === 0) forgetDevice();
  announceChoice();
}

/**
 * A yes can end elsewhere: by a no for all devices in the portal, by time, by a new text. What the ledger no longer
 * allows is dropped here; nothing is ever added.
 */
export async function dropWhatEnded(): Promise<void> {
  const device = currentDevice();
  const choices = currentChoices();
  if (!device || !choices?.granted.length || isWaiting('cookies') || !isTime()) return;
  const granted = await stillAllowed(device.token, choices.granted);
  if (granted) keepOnly(granted, choices);
}
