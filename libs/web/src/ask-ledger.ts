import { askApi } from './ask-api.js';
import { currentChoices, keepOnly } from './choices.js';
import { currentDevice } from './device.js';
import { isWaiting } from './outbox.js';

const ASKED = 'samtycke.asked';
const PAUSE_MS = 60_000;

/** At most once a minute in this tab. */
function isTime(): boolean {
  try {
    if (Date.now() - Number(sessionStorage.getItem(ASKED)) < PAUSE_MS) return false;
    sessionStorage.setItem(ASKED, `${Date.now()}`);
  } catch {
    // Without a memory it is asked on every page.
  }
  return true;
}

/**
 * A yes can end elsewhere: by a no for all devices in a portal, by time, by a new text. What the ledger no longer allows is
 * dropped here; nothing is ever added, and nothing is dropped while it says nothing. Answers whether that was settled.
 */
export async function dropWhatEnded(now = false): Promise<boolean> {
  const device = currentDevice();
  const choices = currentChoices();
  if (!device || !choices?.granted.length || isWaiting('cookies') || !(now || isTime())) return false;
  const checks = choices.granted.map((purpose) => ({ subject: { device: device.token }, purpose }));
  const { status, body } = await askApi('/v1/check', { checks });
  const results = body.results as { allowed?: boolean }[] | undefined;
  if (status !== 200 || currentChoices()?.at !== choices.at) return false;
  keepOnly((purpose) => results?.[choices.granted.indexOf(purpose)]?.allowed !== false);
  return true;
}
