import { attempt } from './attempt.js';
import { currentDevice, forgetDevice } from './device.js';
import { recall, remember } from './memory.js';
import { isWaiting, onOutcome, send, takeBack, type Decision } from './outbox.js';
import { isFramed } from './settings.js';
import { count, isSettled, site, type SiteNotice } from './site.js';

/** What was chosen in this browser. A refusal is this flag and nothing else. */
export interface Choices {
  granted: string[];
  /** What was decided, each with the version of its notice. */
  asked: Record<string, string>;
  at: string;
  /** After this the question comes again; no yes holds longer. */
  until: string;
  /** What was decided before, and stayed, keeps its own end. */
  ends?: Record<string, string>;
  by: 'visitor' | 'gpc';
}

const LONGEST_MS = 2e9;
const listeners = new Set<() => void>();

/** Gives what ends it. */
export function onChoice(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const announce = (): void => [...listeners].forEach((listener) => listeners.has(listener) && attempt(listener));

const endOf = ({ ends, until = '' }: Partial<Choices>, purpose: string): string => ends?.[purpose] ?? until;

/** The choices in force; undefined where nothing was chosen yet, or all has run out. */
export function currentChoices(): Choices | undefined {
  const choices = recall<Choices>('choices');
  if (!Array.isArray(choices?.granted) || !choices.asked) return undefined;
  const lasts = (purpose: string): boolean => Date.now() < Date.parse(endOf(choices, purpose));
  const asked = Object.fromEntries(Object.entries(choices.asked).filter(([purpose]) => lasts(purpose)));
  return lasts('') ? { ...choices, asked, granted: choices.granted.filter(lasts) } : undefined;
}

let ending: ReturnType<typeof setTimeout> | undefined;

/** Tells as soon as something runs out, the last yes with its id; no timer goes much further than 23 days. */
export function watchEnd(): void {
  dropDevice();
  const choices = currentChoices();
  clearTimeout(ending);
  if (choices) ending = setTimeout(announce, Math.min(LONGEST_MS, ...Object.keys(choices.asked).map((purpose) => Date.parse(endOf(choices, purpose)) - Date.now())));
}

const purposesHere = (): string[] => site()?.purposes.map(({ id }) => id) ?? [];

const noticeOf = (purpose: string): string => site()?.purposes.find(({ id }) => id === purpose)?.notice ?? '';

const textOf = (purpose: string): SiteNotice | undefined => site()?.notices[noticeOf(purpose)];

/** Whether the text that a yes was given under still counts; true where nothing can be asked. */
const holds = (purpose: string, list: 'holds' | 'stands'): boolean => textOf(purpose)?.[list].includes(currentChoices()?.asked[purpose] ?? '') ?? true;

export const granted = (): string[] => (isSettled() ? (currentChoices()?.granted ?? []).filter((purpose) => holds(purpose, 'holds')) : []);

export const may = (purpose: string): boolean => granted().includes(purpose);

/** What must be asked: not decided yet or run out, or under a text that has changed materially. */
export const toAsk = (): string[] => purposesHere().filter((purpose) => !(purpose in (currentChoices()?.asked ?? {})) || !holds(purpose, 'stands'));

/** Counted as the ledger counts: in UTC, and a day that the month lacks is its last. */
function runsOutAt(): string {
  const until = new Date();
  const day = until.getUTCDate();
  until.setUTCMonth(until.getUTCMonth() + Math.min(12, ...(site()?.purposes.map(({ months = 12 }) => months) ?? [])));
  if (until.getUTCDate() !== day) until.setUTCDate(0);
  return until.toISOString();
}

/** Where it was said: in the banner, in the preference centre, by a control of the page, by the browser's signal. */
const pointOf = (method: string): string => (method === 'api' ? 'page' : method);

/**
 * One call for each notice: a decision is bound to the text that names its purpose, and to the token that came with it. What this site
 * does not ask about (any more) is taken back by a call of its own, so that it keeps nothing else from arriving.
 */
function callsFor(decided: string[], now: string[], before: string[], method: string): (Record<string, unknown> & { decisions: Decision[] })[] {
  const callOf = (purpose: string): string => noticeOf(purpose) || purpose;
  const decisionOf = (purpose: string): Decision['decision'] => (now.includes(purpose) ? 'grant' : before.includes(purpose) ? 'withdraw' : 'refuse');
  return [...new Set(decided.map(callOf))].map((id) => {
    const decisions = decided.filter((purpose) => callOf(purpose) === id).map((purpose) => ({ purpose, decision: decisionOf(purpose) }));
    const notice = site()?.notices[id];
    const shown = notice && { notice: { id, version: notice.version, locale: site()?.locale, snapshot: notice.snapshot } };
    return { decisions, ...shown, capture: { context: notice && id, method, point: pointOf(method), url: (location.origin + location.pathname).slice(0, 2048) } };
  });
}

/** What stays keeps its text and its end. */
function write(granted: string[], decided: string[], by: Choices['by']): void {
  const choices = currentChoices();
  const old = choices?.asked ?? {};
  const asked = { ...old, ...Object.fromEntries(decided.map((purpose) => [purpose, textOf(purpose)?.version ?? old[purpose] ?? ''])) };
  const ends = Object.fromEntries(Object.keys(old).filter((purpose) => !decided.includes(purpose)).map((purpose) => [purpose, endOf(choices ?? {}, purpose)]));
  remember('choices', { granted, asked, at: new Date().toISOString(), until: runsOutAt(), ends, by } satisfies Choices);
}

/**
 * Takes effect in this browser at once; the ledger is told as soon as it can be reached. Only what is `named` is decided, without it all
 * that is asked here, and with no yes among it all that was ever given. In a foreign frame nothing becomes a yes.
 */
export async function choose(wanted: string[], method: string, named?: string[]): Promise<void> {
  const before = currentChoices()?.granted ?? [];
  const decided = [...new Set(named ?? [...purposesHere(), ...(wanted.length ? [] : before)])];
  const stays = (purpose: string): boolean => !decided.includes(purpose);
  const now = [...before.filter(stays), ...wanted.filter((purpose) => !isFramed() || may(purpose))];
  const had = before.filter((purpose) => !isWaiting('cookies', purpose));
  write(now, decided, method === 'gpc' ? 'gpc' : 'visitor');
  const calls = callsFor(decided, now, before, method);
  if (now.length || currentDevice()) for (const call of calls) void send('cookies', call, had);
  else keepSilent(method, decided);
  announce();
}

/** Nothing was ever sent about this browser, and nothing will be: one more refusal of all is the most that anybody learns. */
function keepSilent(method: string, decided: string[]): void {
  takeBack('cookies');
  if (method !== 'gpc' && purposesHere().every((purpose) => decided.includes(purpose))) count('refused', undefined, pointOf(method));
}

/** Takes over what is left of the choices; nothing is ever added. What is gone may be asked again. */
export function keepOnly(left: (purpose: string) => boolean, asksAgain?: boolean): void {
  const choices = currentChoices();
  if (!choices || choices.granted.every(left)) return;
  const asked = Object.fromEntries(Object.entries(choices.asked).filter(([purpose]) => !asksAgain || left(purpose)));
  remember('choices', { ...choices, asked, granted: choices.granted.filter(left) });
  announce();
}

/** With the last yes gone and recorded, the id goes too. */
function dropDevice(): void {
  if (!currentChoices()?.granted.length && !isWaiting('cookies')) forgetDevice();
}

/** Whatever the ledger has taken, or cannot take, tells anew what holds. */
export const watchOutcomes = (): void => onOutcome(({ item, result }) => item.what === 'cookies' && result !== 'kept' && announce());
