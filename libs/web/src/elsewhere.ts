import { dropWhatEnded } from './ask-ledger.js';
import { openStream } from './ask-api.js';
import { currentChoices } from './choices.js';
import { currentDevice } from './device.js';
import { recall, remember } from './memory.js';

const PAUSE_MS = 5_000;
let followed: string | undefined;
let stopping: AbortController | undefined;

/** The ledger has counted other events of this device than this browser has seen: it is asked what holds. */
async function hear(count: string | undefined): Promise<void> {
  if (count && count !== recall('seen') && (await dropWhatEnded(true)) && currentDevice()) remember('seen', count);
}

/** Reads lines as long as they come; answers whether it is worth another try. */
async function listen(device: string, signal: AbortSignal): Promise<boolean> {
  const { status, body } = await openStream('/v1/devices/watch', { device }, signal);
  const reader = status === 200 && body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return status >= 429;
  for (let next = await reader.read(); !next.done; next = await reader.read()) await hear(next.value.trim().split('\n').pop());
  return true;
}

/** One tab of this browser holds the lock, and listens for all of them; what it learns reaches the others by what is remembered. */
async function hold(device: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await listen(device, signal).catch(() => true))) {
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
      setTimeout(resolve, PAUSE_MS * (1 + Math.random()));
    });
  }
}

function follow(device: string | undefined): void {
  if (device === followed) return;
  followed = device;
  stopping?.abort();
  stopping = new AbortController();
  const { signal } = stopping;
  if (device) navigator.locks?.request('samtycke.watch', { signal }, () => hold(device, signal)).catch(() => undefined);
}

/** Listens while there is something that could be taken back elsewhere: in a portal, on paper, by time. */
export const watchElsewhere = (): void => follow(currentChoices()?.granted.length ? currentDevice()?.token : undefined);

/** A page that a browser puts aside holds no connection; shown again it listens again. */
export function watchShelf(): void {
  addEventListener('pagehide', () => follow(undefined));
  addEventListener('pageshow', ({ persisted }) => persisted && watchElsewhere());
}
