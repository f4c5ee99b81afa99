import { askApi } from './ask-api.js';
import { ensureDevice } from './device.js';
import { recall, remember } from './memory.js';

/** A change on its way to the ledger. It keeps its key, so that sending it twice counts once. */
export interface Outgoing {
  key: string;
  what: 'newsletter' | 'cookies';
  /** The subject is this browser; its token is put in when the change is sent. */
  ofDevice: boolean;
  body: { subject?: Record<string, string>; decisions: { purpose: string; decision: string; channels?: string[] }[] } & Record<string, unknown>;
}

/** `sent`: the ledger has it; `kept`: it will be tried again; `rejected`: the ledger cannot take it as it is. */
export type Outcome = { item: Outgoing; result: 'sent' | 'kept' | 'rejected'; status?: number };

type Listener = (outcome: Outcome) => void;

const listeners = new Set<Listener>();
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 60_000;
let retryMs = FIRST_RETRY_MS;
let timer: ReturnType<typeof setTimeout> | undefined;

const waiting = (): Outgoing[] => recall<Outgoing[]>('outbox') ?? [];

export const isWaiting = (what: Outgoing['what']): boolean => waiting().some((item) => item.what === what);
export const countWaiting = (): number => waiting().length;

/** Takes back what was not sent yet. */
export const takeBack = (what: Outgoing['what']): void => remember('outbox', waiting().filter((item) => item.what !== what));

export const onOutcome = (listener: Listener): void => void listeners.add(listener);

/** Answers after which the same change may well be taken later. */
const comesAgain = (status: number | undefined): boolean => status === undefined || status >= 500 || [401, 403, 408, 409, 425, 429].includes(status);

async function sendOne(item: Outgoing): Promise<Outcome> {
  const device = item.ofDevice ? await ensureDevice() : undefined;
  if (item.ofDevice && !device) return { item, result: 'kept' };
  const subject = device ? { device: device.token } : item.body.subject;
  const { status } = await askApi('/v1/consents', { ...item.body, subject }, item.key);
  if (status !== undefined && status < 300) return { item, result: 'sent', status };
  return { item, result: comesAgain(status) ? 'kept' : 'rejected', status };
}

async function sendAll(): Promise<void> {
  for (let item = waiting()[0]; item; item = waiting()[0]) {
    const outcome = await sendOne(item);
    const { key } = item;
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
export async function flush(): Promise<void> {
  if (navigator.locks) await navigator.locks.request('samtycke.outbox', sendAll);
  else await sendAll();
}

/** Keeps the change first, then sends it: a closed tab or a lost network loses nothing. */
export async function send(item: Omit<Outgoing, 'key'>): Promise<void> {
  remember('outbox', [...waiting(), { key: crypto.randomUUID(), ...item }]);
  await flush();
}

addEventListener('online', () => void flush());
