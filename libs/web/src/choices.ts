import { currentDevice, forgetDevice } from './device.js';
import { recall, remember } from './memory.js';
import { isWaiting, onOutcome, send, takeBack, type Decision, type Outcome } from './outbox.js';
import { isFramed } from './settings.js';
import { count, isSettled, site } from './site.js';

/** What was chosen in this browser. A refusal is this flag and nothing else. */
export interface Choices {
  granted: string[];
  /** What was asked about, each with the version of its notice. */
  asked: Record<string, string>;
  at: string;
  /** After this the question comes again; no yes holds longer. */
  until: string;
  by: 'visitor' | 'gpc';
}

const listeners: (() => void)[] = [];

export const onChoice = (listener: () => void): void => void listeners.push(listener);

export const announce = (): void => listeners.forEach((listener) => listener());

/** The choices in force; undefined where nothing was chosen yet, or it has run out. */
export function currentChoices(): Choices | undefined {
  const choices = recall<Partial<Choices>>('choices');
  const isWhole = Array.isArray(choices?.granted) && choices.asked && Date.now() < Date.parse(choices.until ?? '');
  return isWhole ? (choices as Choices) : undefined;
}

const purposesHere = (): string[] => site()?.purposes.map(({ id }) => id) ?? [];

const noticeOf = (purpose: string): string => site()?.purposes.find(({ id }) => id === purpose)?.notice ?? '';

/** Whether the text that a yes was given under still counts; true where nothing can be asked. */
function holds(purpose: string, list: 'holds' | 'stands'): boolean {
  const notice = site()?.notices[noticeOf(purpose)];
  return !notice || notice[list].includes(currentChoices()?.asked[purpose] ?? '');
}

export const granted = (): string[] => (isSettled() ? (currentChoices()?.granted ?? []).filter((purpose) => holds(purpose, 'holds')) : []);

export const may = (purpose: string): boolean => granted().includes(purpose);

/** Whether it must be asked: nothing chosen or run out, a new purpose, or a text that has changed materially. */
export const mustAsk = (): boolean => purposesHere().some((purpose) => !(purpose in (currentChoices()?.asked ?? {})) || !holds(purpose, 'stands'));

function decisionFor(purpose: string, now: string[], before: string[]): Decision['decision'] {
  if (now.includes(purpose)) return 'grant';
  return before.includes(purpose) ? 'withdraw' : 'refuse';
}

function runsOutAt(): string {
  const until = new Date();
  until.setMonth(until.getMonth() + Math.min(12, ...(site()?.purposes.map(({ months = 12 }) => months) ?? [])));
  return until.toISOString();
}

/**
 * One call for each notice: a decision is bound to the text that names its purpose, and to the token that came with it. What this site
 * does not ask about (any more) is taken back by a call of its own, so that it keeps nothing else from arriving.
 */
function callsFor(now: string[], before: string[], method: string): (Record<string, unknown> & { decisions: Decision[] })[] {
  const purposes = [...new Set([...purposesHere(), ...before])];
  const callOf = (purpose: string): string => noticeOf(purpose) || purpose;
  return [...new Set(purposes.map(callOf))].map((id) => {
    const decisions = purposes.filter((purpose) => callOf(purpose) === id).map((purpose) => ({ purpose, decision: decisionFor(purpose, now, before) }));
    const notice = site()?.notices[id];
    const shown = notice && { notice: { id, version: notice.version, locale: site()?.locale, snapshot: notice.snapshot } };
    return { decisions, ...shown, capture: { context: notice && id, method, point: 'banner', url: location.href.slice(0, 2048) } };
  });
}

/** Takes effect in this browser at once; the ledger is told as soon as it can be reached. In a foreign frame nothing becomes a yes. */
export async function choose(wanted: string[], method: string): Promise<void> {
  const before = currentChoices()?.granted ?? [];
  const now = isFramed() ? wanted.filter(may) : wanted;
  const asked = { ...currentChoices()?.asked, ...Object.fromEntries(purposesHere().map((purpose) => [purpose, site()?.notices[noticeOf(purpose)]?.version ?? ''])) };
  remember('choices', { granted: now, asked, at: new Date().toISOString(), until: runsOutAt(), by: method === 'gpc' ? 'gpc' : 'visitor' } satisfies Choices);
  const calls = callsFor(now, before, method);
  if (now.length || currentDevice()) for (const call of calls) void send('cookies', call);
  else countRefusal(method);
  announce();
}

/** Nothing was ever sent about this browser, and nothing will be: one more refusal is all that anybody learns. */
function countRefusal(method: string): void {
  takeBack('cookies');
  if (method !== 'gpc') count('refused');
}

/** Takes over what is left of the choices; nothing is ever added. */
export function keepOnly(left: (purpose: string) => boolean): void {
  const choices = currentChoices();
  if (!choices || choices.granted.every(left)) return;
  remember('choices', { ...choices, granted: choices.granted.filter(left) });
  if (!choices.granted.some(left) && !isWaiting('cookies')) forgetDevice();
  announce();
}

/** With the last yes gone and recorded, the id goes too. A yes that the ledger cannot take is none. */
function settle({ item, result, body }: Outcome): void {
  if (item.what !== 'cookies' || isWaiting('cookies')) return;
  if (result === 'rejected' && item.body.decisions.some(({ decision }) => decision === 'grant')) remember('choices', undefined);
  const answered = (body.decisions ?? []) as { purpose: string; code?: string }[];
  keepOnly((purpose) => !answered.some((one) => one.purpose === purpose && one.code));
  if (!recall<Choices>('choices')?.granted.length) forgetDevice();
  announce();
}

export const watchOutcomes = (): void => onOutcome(settle);
