import type { Core } from '../load-parts.js';
import { keepOnly } from './keep-only.js';

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

/** What the ledger no longer allows of it; undefined while it says nothing. */
async function endedOf({ askApi }: Core, device: string, granted: string[]): Promise<string[] | undefined> {
  const { status, body } = await askApi('/v1/check', { checks: granted.map((purpose) => ({ subject: { device }, purpose })) });
  const results = body.results as { allowed?: boolean }[] | undefined;
  return status === 200 ? granted.filter((_, at) => results?.[at]?.allowed === false) : undefined;
}

/**
 * A yes can end elsewhere: by a no for all devices in a portal, by time, by a new text. What the ledger no longer allows is
 * dropped here; nothing is ever added, and nothing is dropped while it says nothing. Answers whether that was settled.
 */
export async function dropWhatEnded(core: Core, now?: boolean, asksAgain?: boolean): Promise<boolean> {
  const { currentDevice, currentChoices, isWaiting } = core;
  const device = currentDevice();
  const choices = currentChoices();
  if (!device || !choices?.granted.length || isWaiting('cookies') || !(now || isTime())) return false;
  const ended = await endedOf(core, device.token, choices.granted);
  const isSettled = ended !== undefined && currentChoices()?.at === choices.at;
  if (isSettled) keepOnly(core, (purpose) => !ended.includes(purpose), asksAgain);
  return isSettled;
}
