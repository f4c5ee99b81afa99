import { askApi, type Answer } from './ask-api.js';
import { currentDevice, ensureDevice } from './device.js';
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
  const items = recall<(Outgoing | null)[]>('outbox');
  return Array.isArray(items) ? items.filter((item): item is Outgoing => !!item?.body?.decisions) : [];
}

const names = ({ body }: Outgoing, purpose: string): boolean => body.decisions.some((one) => one.purpose === purpose);

/** Whether something of this kind was not sent yet: of this purpose, or of any. */
export const isWaiting = (what: string, purpose?: string): boolean => waiting().some((item) => item.what === what && (!purpose || names(item, purpose)));

const newKey = (): string => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;

/** Takes back what was not sent yet. */
export const takeBack = (what: string): void => remember('outbox', waiting().filter((item) => item.what !== what));

export const onOutcome = (listener: (outcome: Outcome) => void): void => void listeners.push(listener);

/** Answers after which the same change may well be taken later. */
const comesAgain = ({ status = 599, body: { code } }: Answer): boolean => status >= 500 || code === 'idempotency_in_flight' || ([401, 403, 408, 425, 429].includes(status) && code !== 'purpose_not_allowed');

/** The change as it is still to be made: no yes that does not stand in this browser any more, and without any it makes no id. */
function trim(item: Outgoing): Outgoing | undefined {
  const held = [recall<{ granted?: string[] }>('choices')?.granted].flat();
  const isYes = ({ decision }: Decision): boolean => decision === 'grant';
  const decisions = item.body.decisions.filter((one) => item.what !== 'cookies' || !isYes(one) || held.includes(one.purpose));
  if (decisions.length === item.body.decisions.length) return item;
  // Another body needs another key.
  const left = (currentDevice() && decisions[0]) || decisions.some(isYes) ? [{ ...item, key: newKey(), body: { ...item.body, decisions } }] : [];
  remember('outbox', waiting().flatMap((one) => (one.key === item.key ? left : one)));
  return left[0];
}

async function bodyOf({ what, at, body }: Outgoing): Promise<object | undefined> {
  if (what !== 'cookies') return body;
  const device = await ensureDevice();
  return device && { ...body, subject: { device: device.token }, occurredAt: new Date(at - (device.ahead || 0)).toISOString() };
}

async function sendOne(found: Outgoing): Promise<Outcome> {
  const item = trim(found);
  const body = item && (await bodyOf(item));
  // It may have been taken back while the id was asked for.
  if (!item || !waiting().some(({ key }) => key === item.key)) return { item: found, result: 'gone', body: {} };
  if (!body) return { item, result: 'kept', body: {} };
  const answer = await askApi('/v1/consents', body, item.key);
  const taken = answer.status !== undefined && answer.status < 300;
  return { item, result: taken ? 'sent' : comesAgain(answer) ? 'kept' : 'rejected', body: answer.body };
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
      remember('outbox', waiting().filter(({ key }) => key !== item.key));
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
  remember('outbox', [...waiting(), { key: newKey(), what, at: Date.now(), body }]);
  await flush();
}

export const watchNetwork = (): void => addEventListener('online', () => void flush());
