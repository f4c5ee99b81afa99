import type { Core } from '../core.js';
import { dropWhatEnded } from './ask-ledger.js';

const PAUSE_MS = 5_000;
const ASKING_MS = 60_000;
/** The ledger says the count again every quarter of a minute: who hears nothing for so long hears nothing any more. */
const SILENCE_MS = 60_000;
let followed: string | undefined;
let stopping: AbortController | undefined;

/**
 * The ledger has counted other events of this device than this browser has seen: it is asked what holds. What a page of another
 * subdomain has taken back already stands in what they share, and no event tells of it.
 */
async function hear(core: Core, count: string | undefined): Promise<void> {
  const { recall, remember, currentDevice } = core;
  if (!count || count === recall('seen')) return;
  if ((await dropWhatEnded(core, true)) && currentDevice()) remember('seen', count);
  core.announce();
}

interface Heard {
  /** Whether the ledger has said anything. */
  any: boolean;
  /** How long to wait at least before another try. */
  pauseMs: number;
}

/** An answer that is read while it comes. Throws where none comes. */
function openStream({ settings: { api, siteKey } }: Core, device: string, signal: AbortSignal): Promise<Response> {
  const headers = { authorization: `Bearer ${siteKey}`, 'content-type': 'application/json' };
  return fetch(`${api}/v1/devices/watch`, { method: 'POST', headers, body: JSON.stringify({ device }), credentials: 'omit', signal });
}

/** Reads lines as long as they come. What is refused is tried again after a minute, what broke off or has no room soon. Throws where `alive` was not called for too long. */
async function read(core: Core, device: string, signal: AbortSignal, alive: () => void): Promise<Heard> {
  const { status, body } = await openStream(core, device, signal);
  const reader = status === 200 && body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return { any: false, pauseMs: status >= 429 ? PAUSE_MS : ASKING_MS };
  let any = false;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    any = true;
    alive();
    await hear(core, next.value.trim().split('\n').pop());
  }
  return { any, pauseMs: PAUSE_MS };
}

/** Something between may hold a connection open on which nothing comes any more: it is given up, and the ledger asked. */
async function listen(core: Core, device: string, signal: AbortSignal): Promise<Heard> {
  const given = new AbortController();
  const giveUp = (): void => given.abort();
  let silence: ReturnType<typeof setTimeout> | undefined;
  const alive = (): void => {
    clearTimeout(silence);
    silence = setTimeout(giveUp, SILENCE_MS);
  };
  signal.addEventListener('abort', giveUp);
  alive();
  try {
    return await read(core, device, given.signal, alive);
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', giveUp);
  }
}

/** Until that is over, or the page is followed no more. */
async function untilOver(signal: AbortSignal, begin: (end: () => void) => void): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      signal.removeEventListener('abort', end);
      resolve();
    };
    signal.addEventListener('abort', end);
    begin(end);
  });
}

async function pause(leastMs: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await untilOver(signal, (end) => (timer = setTimeout(end, leastMs + PAUSE_MS * Math.random())));
  clearTimeout(timer);
}

/** A page that nobody sees asks nothing. */
async function untilSeen(signal: AbortSignal): Promise<void> {
  if (document.hidden) await untilOver(signal, (end) => document.addEventListener('visibilitychange', end, { once: true, signal }));
}

/** Hears as long as the page is followed; where nothing can be heard it asks, at most once a minute. */
async function goOn(core: Core, signal: AbortSignal, hears: () => Promise<Heard>): Promise<void> {
  while (!signal.aborted) {
    const { any, pauseMs } = await hears().catch(() => ({ any: false, pauseMs: PAUSE_MS }));
    if (signal.aborted) return;
    if (!any) await dropWhatEnded(core);
    await pause(pauseMs, signal);
  }
}

/** One tab of this browser holds the lock, and listens for all of them; what it learns reaches the others by what is remembered. Where there are no locks, or none to be had, each asks while it is seen. */
async function hold(core: Core, device: string, signal: AbortSignal): Promise<void> {
  let isHeld = false;
  const asks = async (): Promise<Heard> => {
    await untilSeen(signal);
    return { any: false, pauseMs: ASKING_MS };
  };
  const listens = (): Promise<void> => {
    isHeld = true;
    return goOn(core, signal, () => listen(core, device, signal));
  };
  try {
    await navigator.locks.request('samtycke.watch', { signal }, listens);
  } catch {
    if (!isHeld) await goOn(core, signal, asks);
  }
}

function follow(core: Core, device?: string): void {
  if (device === followed) return;
  followed = device;
  stopping?.abort();
  stopping = new AbortController();
  if (device) hold(core, device, stopping.signal).catch(() => undefined);
}

/**
 * Listens while there is something that could be taken back elsewhere: in a portal, on paper, by time. Before it begins it may ask what has
 * ended meanwhile. A page that a browser puts aside holds no connection; shown again it listens again.
 */
export function elsewhere(core: Core): (asks?: boolean) => Promise<void> {
  const watch = (): void => follow(core, core.currentChoices()?.granted.length ? core.currentDevice()?.token : undefined);
  core.onChoice(watch);
  addEventListener('pagehide', () => follow(core));
  addEventListener('pageshow', ({ persisted }) => persisted && watch());
  return async (asks) => {
    if (asks) await dropWhatEnded(core);
    watch();
  };
}
