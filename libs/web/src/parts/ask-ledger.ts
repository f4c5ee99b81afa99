import type { Core } from '../core.js';

const ASKED = 'samtycke.asked';
const PAUSE_MS = 60_000;
/** What the catalogue does not have, and what is no purpose at all. */
const SPOILT = ['purpose_unknown', 'invalid_body'];

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

/** Whether this one has ended; undefined while the ledger says nothing. What the catalogue does not have cannot be allowed. */
async function hasEnded({ askApi }: Core, device: string, purpose: string): Promise<boolean | undefined> {
  const { status, body } = await askApi('/v1/check', { subject: { device }, purpose });
  return status === 200 ? body.allowed === false : body.code === 'purpose_unknown' || undefined;
}

/** The same for all of them; where one that cannot be asked about has spoilt the question each is asked about by itself. */
async function endedOf(core: Core, device: string, granted: string[]): Promise<(boolean | undefined)[]> {
  const { status, body } = await core.askApi('/v1/check', { checks: granted.map((purpose) => ({ subject: { device }, purpose })) });
  const results = body.results as { allowed?: boolean }[] | undefined;
  if (status === 200) return granted.map((_, at) => results?.[at]?.allowed === false);
  return SPOILT.includes(String(body.code)) ? Promise.all(granted.map((purpose) => hasEnded(core, device, purpose))) : [undefined];
}

/** Asks about those that no change of this browser waits for, and drops what has ended. Answers whether that was settled. */
export async function dropEndedOf(core: Core, granted: string[], asksAgain?: boolean): Promise<boolean> {
  const { currentDevice, currentChoices, isWaiting } = core;
  const device = currentDevice();
  const choices = currentChoices();
  const asked = granted.filter((purpose) => !isWaiting('cookies', purpose));
  if (!device || !asked[0]) return false;
  const ended = await endedOf(core, device.token, asked);
  if (currentChoices()?.at !== choices?.at) return false;
  core.keepOnly((purpose) => !ended[asked.indexOf(purpose)], asksAgain);
  return !ended.includes(undefined);
}

/**
 * A yes can end elsewhere: by a no for all devices in a portal, by time, by a new text. What the ledger no longer allows is
 * dropped here, but for what waits in this browser; nothing is ever added, and nothing is dropped while it says nothing. Answers whether
 * that was settled.
 */
export async function dropWhatEnded(core: Core, now?: boolean): Promise<boolean> {
  const { currentDevice, currentChoices, isWaiting } = core;
  const { granted = [] } = currentChoices() ?? {};
  return !!currentDevice() && granted.some((purpose) => !isWaiting('cookies', purpose)) && (now || isTime()) && dropEndedOf(core, granted);
}
