import { askApi, type Answer } from './ask-api.js';
import { currentDevice, ensureDevice, noteAhead, type Device } from './device.js';
import { recall, remember } from './memory.js';
import { answersIn, isYes, newKey, part, timeOf, type Decision, type Outgoing } from './outgoing.js';

export type { Decision, Outgoing };

/** `sent`: the ledger has it; `kept`: it will be tried again; `rejected`: the ledger cannot take it as it is. */
export interface Outcome {
  item: Outgoing;
  result: 'sent' | 'kept' | 'rejected' | 'gone';
  body: Answer['body'];
}

/** Says what becomes of a change that was not taken as it was. */
export type Refused = (item: Outgoing, answer: Answer) => Outcome['result'];

const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 60_000;
const WEEK_MS = 604_800_000;
const listeners: ((outcome: Outcome) => void)[] = [];
let refused: Refused;
let retryMs = FIRST_RETRY_MS;
let timer: ReturnType<typeof setTimeout> | undefined;

/** What stands in the browser is not believed: each decision names its purpose. */
const isReadable = (decisions?: (Decision | null)[]): boolean => Array.isArray(decisions) && !!decisions[0] && decisions.every((one) => one?.purpose);

/** What the ledger would take: a no always, an address that somebody typed for seven days. */
const isFresh = ({ what, at }: Outgoing): boolean => what === 'cookies' || Math.abs(Date.now() - at) < WEEK_MS;

function waiting(): Outgoing[] {
  const items = recall<(Outgoing | null)[]>('outbox');
  return Array.isArray(items) ? items.filter((item): item is Outgoing => isReadable(item?.body?.decisions) && isFresh(item as Outgoing)) : [];
}

const names = ({ body }: Outgoing, purpose: string): boolean => body.decisions.some((one) => one.purpose === purpose);

/** Whether something of this kind was not sent yet: of this purpose, or of any. */
export const isWaiting = (what: string, purpose?: string): boolean => waiting().some((item) => item.what === what && (!purpose || names(item, purpose)));

/** Takes back what was not sent yet, and is about no id. */
export const takeBack = (what: string): void => remember('outbox', waiting().filter((item) => item.what !== what || item.device));

export const onOutcome = (listener: (outcome: Outcome) => void): void => void listeners.push(listener);

/** Who says what becomes of a change that was not taken as it was. */
export const onRefused = (decide: Refused): void => void (refused = decide);

/** Answers after which the same change may well be taken later; and all that are none of the ledger's, but the site's or of what lies between. */
const comesAgain = ({ status = 599, body: { code, decisions, accepted } }: Answer): boolean =>
  !(code || decisions || accepted) || status >= 500 || code === 'idempotency_in_flight' || ([401, 403, 408, 425, 429].includes(status) && code !== 'purpose_not_allowed');

/** Puts others into the place of one that waits, where it still does. */
export const replace = (item: Outgoing, others: Outgoing[]): void => remember('outbox', waiting().flatMap((one) => (one.key === item.key ? others : one)));

/** The change as it is still to be made: no yes that does not stand in this browser any more, and without any it makes no id. */
function trim(item: Outgoing): Outgoing | undefined {
  const held = [recall<{ granted?: string[] }>('choices')?.granted].flat();
  const decisions = item.body.decisions.filter((one) => item.what !== 'cookies' || !isYes(one) || held.includes(one.purpose));
  if (decisions.length === item.body.decisions.length) return item;
  const left = ((item.device ?? currentDevice()) && decisions[0]) || decisions.some(isYes) ? [part(item, decisions)] : [];
  replace(item, left);
  return left[0];
}

/** The device that it is about: a yes is about the one that this browser has now. */
const deviceOf = async ({ device, body }: Outgoing): Promise<Device | undefined> => (!body.decisions.some(isYes) && device) || ensureDevice();

async function ask(item: Outgoing, device?: Device): Promise<Answer> {
  if (!device) return askApi('/v1/consents', item.body, item.key);
  item.occurredAt ??= new Date(timeOf(item, device.ahead)).toISOString();
  replace(item, [item]);
  const answer = await askApi('/v1/consents', { ...item.body, subject: { device: device.token }, occurredAt: item.occurredAt }, item.key);
  if (answer.status) noteAhead(device, answer.ahead);
  return answer;
}

async function sendOne(found: Outgoing): Promise<Outcome> {
  let item = trim(found);
  const isOurs = found.what === 'cookies';
  const device = item && isOurs ? await deviceOf(item) : undefined;
  // It may have been taken back, as a whole or in part, while the id was asked for.
  item &&= trim(item);
  if (!item || !waiting().some(({ key }) => key === item.key)) return { item: item ?? found, result: 'gone', body: {} };
  if (isOurs && !device) return { item, result: 'kept', body: {} };
  const answer = await ask(item, device);
  return { item, result: resultOf(item, answer), body: answer.body };
}

/** What was not taken as it was is looked at by a part. */
function resultOf(item: Outgoing, answer: Answer): Outcome['result'] {
  if (comesAgain(answer)) return 'kept';
  return [answer.body, ...answersIn(answer)].some(({ code }) => code) ? refused(item, answer) : 'sent';
}

/** Whatever is kept holds up what was decided later of the same purposes, and nothing else. */
async function sendAll(): Promise<void> {
  if (recall<unknown[]>('outbox')?.length) remember('outbox', waiting());
  const kept: Outgoing[] = [];
  const next = (): Outgoing | undefined => waiting().find(({ body }) => !body.decisions.some(({ purpose }) => kept.some((one) => names(one, purpose))));
  for (let found = next(); found; found = next()) {
    const outcome = await sendOne(found);
    const { item, result } = outcome;
    if (result === 'kept') kept.push(item);
    else {
      replace(item, []);
      retryMs = FIRST_RETRY_MS;
    }
    for (const listener of listeners) listener(outcome);
  }
  if (kept[0]) tryAgain();
}

function tryAgain(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void flush(), retryMs);
  retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
}

let last: Promise<void> | undefined;

/** Sends what waits, of each purpose in order: one after another in this tab, and one tab at a time where the browser lets them agree. */
export function flush(): Promise<void> {
  let sending: Promise<void> | undefined;
  const begin = (): Promise<void> => (sending ??= sendAll());
  return (last = Promise.allSettled([last]).then(() => navigator.locks.request('samtycke.outbox', begin)).catch(begin));
}

/** Keeps the change first, then sends it: a closed tab or a lost network loses nothing. */
export async function send(what: string, body: Outgoing['body'], had?: string[]): Promise<void> {
  remember('outbox', [...waiting(), { key: newKey(), what, at: Date.now(), device: what === 'cookies' ? currentDevice() : undefined, had, body }]);
  await flush();
}

export const watchNetwork = (): void => addEventListener('online', () => void flush());
