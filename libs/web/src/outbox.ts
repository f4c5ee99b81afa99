import { askApi, type Answer } from './ask-api.js';
import { currentDevice, ensureDevice, type Device } from './device.js';
import { recall, remember } from './memory.js';

export interface Decision {
  purpose: string;
  decision: 'grant' | 'refuse' | 'withdraw';
  channels?: string[];
}

/** A change on its way to the ledger. It keeps its key, so that sending it twice counts once. */
export interface Outgoing {
  key: string;
  /** `cookies`: about this browser, whose token is put in when it is sent; else the purpose that somebody signs up for. */
  what: string;
  /** When it was decided, by this browser's clock. */
  at: number;
  /** The id that this browser had then: a no is meant for it. */
  device?: Device;
  body: { subject?: Record<string, string>; decisions: Decision[] } & Record<string, unknown>;
}

/** `sent`: the ledger has it; `kept`: it will be tried again; `rejected`: the ledger cannot take it as it is. */
export interface Outcome {
  item: Outgoing;
  result: 'sent' | 'kept' | 'rejected' | 'gone';
  body: Answer['body'];
}

const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 60_000;
const NOT_OF_THIS_KEY = 'purpose_not_allowed';
const listeners: ((outcome: Outcome) => void)[] = [];
let retryMs = FIRST_RETRY_MS;
let timer: ReturnType<typeof setTimeout> | undefined;

/** What stands in the browser is not believed: each decision names its purpose. */
const isReadable = (decisions?: (Decision | null)[]): boolean => Array.isArray(decisions) && !!decisions[0] && decisions.every((one) => one?.purpose);

function waiting(): Outgoing[] {
  const items = recall<(Outgoing | null)[]>('outbox');
  return Array.isArray(items) ? items.filter((item): item is Outgoing => isReadable(item?.body?.decisions)) : [];
}

const names = ({ body }: Outgoing, purpose: string): boolean => body.decisions.some((one) => one.purpose === purpose);

/** Whether something of this kind was not sent yet: of this purpose, or of any. */
export const isWaiting = (what: string, purpose?: string): boolean => waiting().some((item) => item.what === what && (!purpose || names(item, purpose)));

const newKey = (): string => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

/** Takes back what was not sent yet, and is about no id. */
export const takeBack = (what: string): void => remember('outbox', waiting().filter((item) => item.what !== what || item.device));

export const onOutcome = (listener: (outcome: Outcome) => void): void => void listeners.push(listener);

/** Answers after which the same change may well be taken later. */
const comesAgain = ({ status = 599, body: { code } }: Answer): boolean => status >= 500 || code === 'idempotency_in_flight' || ([401, 403, 408, 425, 429].includes(status) && code !== NOT_OF_THIS_KEY);

const isYes = ({ decision }: Decision): boolean => decision === 'grant';

/** Puts others into the place of one that waits, where it still does. */
const replace = (item: Outgoing, others: Outgoing[]): void => remember('outbox', waiting().flatMap((one) => (one.key === item.key ? others : one)));

/** The same change with some of its decisions: another body needs another key. */
const part = (item: Outgoing, decisions: Decision[]): Outgoing => ({ ...item, key: newKey(), body: { ...item.body, decisions } });

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

const bodyOf = ({ at, body }: Outgoing, device?: Device): object =>
  device ? { ...body, subject: { device: device.token }, occurredAt: new Date(at - (device.ahead || 0) || Date.now()).toISOString() } : body;

async function sendOne(found: Outgoing): Promise<Outcome> {
  let item = trim(found);
  const isOurs = found.what === 'cookies';
  const device = item && isOurs ? await deviceOf(item) : undefined;
  // It may have been taken back, as a whole or in part, while the id was asked for.
  item &&= trim(item);
  if (!item || !waiting().some(({ key }) => key === item.key)) return { item: item ?? found, result: 'gone', body: {} };
  if (isOurs && !device) return { item, result: 'kept', body: {} };
  const answer = await askApi('/v1/consents', bodyOf(item, device), item.key);
  return { item, result: resultOf(item, answer), body: answer.body };
}

/** What cannot be taken together is tried one by one. A no that this key may not bring waits for one that may. */
function resultOf(item: Outgoing, answer: Answer): Outcome['result'] {
  if (answer.status !== undefined && answer.status < 300) return 'sent';
  if (comesAgain(answer)) return 'kept';
  const { decisions } = item.body;
  if (!decisions[1]) return answer.body.code !== NOT_OF_THIS_KEY || decisions.some(isYes) ? 'rejected' : 'kept';
  replace(item, decisions.map((one) => part(item, [one])));
  return 'gone';
}

/** Whatever is kept holds up what was decided later of the same purposes, and nothing else. */
async function sendAll(): Promise<void> {
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

/** Sends what waits, of each purpose in order; one tab at a time. */
export const flush = async (): Promise<void> => void (await (navigator.locks ? navigator.locks.request('samtycke.outbox', sendAll) : sendAll()));

/** Keeps the change first, then sends it: a closed tab or a lost network loses nothing. */
export async function send(what: string, body: Outgoing['body']): Promise<void> {
  remember('outbox', [...waiting(), { key: newKey(), what, at: Date.now(), device: what === 'cookies' ? currentDevice() : undefined, body }]);
  await flush();
}

export const watchNetwork = (): void => addEventListener('online', () => void flush());
