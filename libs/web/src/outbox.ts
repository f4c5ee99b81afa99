import { askApi, type Answer } from './ask-api.js';
import { ensureDevice, forgetDevice } from './device.js';
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
const listeners: ((outcome: Outcome) => void)[] = [];
let retryMs = FIRST_RETRY_MS;
let timer: ReturnType<typeof setTimeout> | undefined;

function waiting(): Outgoing[] {
  const items = recall<Outgoing[]>('outbox');
  return Array.isArray(items) ? items : [];
}

/** Whether something of this kind was not sent yet: of this purpose, or of any. */
export const isWaiting = (what: string, purpose?: string): boolean => waiting().some((item) => item.what === what && (!purpose || item.body.decisions.some((one) => one.purpose === purpose)));

/** Takes back what was not sent yet. */
export const takeBack = (what: string): void => remember('outbox', waiting().filter((item) => item.what !== what));

export const onOutcome = (listener: (outcome: Outcome) => void): void => void listeners.push(listener);

/** Answers after which the same change may well be taken later. */
const comesAgain = ({ status = 599, body }: Answer): boolean => status >= 500 || ([401, 403, 408, 409, 425, 429].includes(status) && body.code !== 'purpose_not_allowed');

/** Whether it was taken back while the id was asked for: then the id is needed no more. */
function isTakenBack({ key }: Outgoing): boolean {
  if (waiting().some((item) => item.key === key)) return false;
  if (!isWaiting('cookies') && !recall<{ granted: string[] }>('choices')?.granted.length) forgetDevice();
  return true;
}

async function bodyOf({ what, at, body }: Outgoing): Promise<object | undefined> {
  if (what !== 'cookies') return body;
  const device = await ensureDevice();
  return device && { ...body, subject: { device: device.token }, occurredAt: new Date(at - (device.ahead || 0)).toISOString() };
}

async function sendOne(item: Outgoing): Promise<Outcome> {
  const body = await bodyOf(item);
  if (isTakenBack(item)) return { item, result: 'gone', body: {} };
  if (!body) return { item, result: 'kept', body: {} };
  const answer = await askApi('/v1/consents', body, item.key);
  const taken = answer.status !== undefined && answer.status < 300;
  return { item, result: taken ? 'sent' : comesAgain(answer) ? 'kept' : 'rejected', body: answer.body };
}

async function sendAll(): Promise<void> {
  for (let item = waiting()[0]; item; item = waiting()[0]) {
    const { key } = item;
    const outcome = await sendOne(item);
    if (outcome.result !== 'kept') remember('outbox', waiting().filter((other) => other.key !== key));
    for (const listener of listeners) listener(outcome);
    if (outcome.result === 'kept') return tryAgain();
    retryMs = FIRST_RETRY_MS;
  }
}

function tryAgain(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void flush(), retryMs);
  retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
}

/** Sends what waits, in order; one tab at a time. */
export const flush = async (): Promise<void> => void (await (navigator.locks ? navigator.locks.request('samtycke.outbox', sendAll) : sendAll()));

/** Keeps the change first, then sends it: a closed tab or a lost network loses nothing. */
export async function send(what: string, body: Outgoing['body']): Promise<void> {
  const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  remember('outbox', [...waiting(), { key, what, at: Date.now(), body }]);
  await flush();
}

export const watchNetwork = (): void => addEventListener('online', () => void flush());
