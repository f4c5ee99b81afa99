import { currentDevice, forgetDevice } from './device.js';
import { forget, recall, remember } from './memory.js';
import { isWaiting, onOutcome, send, takeBack, type Outcome } from './outbox.js';
import { now, settings, type NoticeName } from './settings.js';

/** What was chosen in this browser. A refusal is this flag and nothing else. */
export interface Choices {
  granted: string[];
  notice: NoticeName;
  at: string;
  by: 'visitor' | 'gpc';
}

export type Method = 'banner' | 'settings' | 'gpc';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
const listeners = new Set<() => void>();

/** The choices in force; undefined where nothing was chosen yet, or more than a year ago (a yes holds for 12 months). */
export function currentChoices(): Choices | undefined {
  const choices = recall<Choices>('choices');
  return choices && Date.now() - Date.parse(choices.at) < YEAR_MS ? choices : undefined;
}

export const isGranted = (purpose: string): boolean => currentChoices()?.granted.includes(purpose) ?? false;

export const onChoice = (listener: () => void): void => void listeners.add(listener);

export function announceChoice(): void {
  for (const listener of listeners) listener();
}

function decisionFor(purpose: string, granted: string[], before: string[]): string {
  if (granted.includes(purpose)) return 'grant';
  return before.includes(purpose) ? 'withdraw' : 'refuse';
}

/** Takes effect in this browser at once; the ledger is told as soon as it can be reached. */
export async function choose(granted: string[], method: Method): Promise<void> {
  const before = currentChoices()?.granted ?? [];
  const at = now();
  remember('choices', { granted, notice: settings.cookies, at, by: method === 'gpc' ? 'gpc' : 'visitor' } satisfies Choices);
  announceChoice();
  if (granted.length === 0 && !currentDevice()) return countRefusal(method);
  const decisions = settings.purposes.map((purpose) => ({ purpose, decision: decisionFor(purpose, granted, before) }));
  const capture = { context: 'cookies', method, point: 'banner', url: location.href };
  await send({ what: 'cookies', ofDevice: true, body: { decisions, notice: settings.cookies, capture, occurredAt: at } });
}

/** Nothing was ever sent about this browser, and nothing will be: one more refusal is all that the site learns. */
function countRefusal(method: Method): void {
  if (isWaiting('cookies')) takeBack('cookies');
  if (method !== 'gpc') navigator.sendBeacon('/refusals');
}

/** With the last yes gone and recorded, the id goes too. A yes that the ledger cannot take is none. */
function settle({ item, result }: Outcome): void {
  if (item.what !== 'cookies') return;
  const grants = item.body.decisions.some(({ decision }) => decision === 'grant');
  if (result === 'rejected' && grants) {
    forget('choices');
    announceChoice();
  }
  if (result === 'sent' && !isWaiting('cookies') && currentChoices()?.granted.length === 0) forgetDevice();
}

onOutcome(settle);
