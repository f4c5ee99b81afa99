import type { Core } from '../load-parts.js';
import { dropWhatEnded } from './ask-ledger.js';

const PAUSE_MS = 5_000;
let followed: string | undefined;
let stopping: AbortController | undefined;

/** The ledger has counted other events of this device than this browser has seen: it is asked what holds. */
async function hear(core: Core, count: string | undefined): Promise<void> {
  const { recall, remember, currentDevice } = core;
  if (count && count !== recall('seen') && (await dropWhatEnded(core, true)) && currentDevice()) remember('seen', count);
}

/** Reads lines as long as they come; answers whether it is worth another try. */
async function listen(core: Core, device: string, signal: AbortSignal): Promise<boolean> {
  const { status, body } = await core.openStream('/v1/devices/watch', { device }, signal);
  const reader = status === 200 && body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return status >= 429;
  for (let next = await reader.read(); !next.done; next = await reader.read()) await hear(core, next.value.trim().split('\n').pop());
  return true;
}

/** One tab of this browser holds the lock, and listens for all of them; what it learns reaches the others by what is remembered. */
async function hold(core: Core, device: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await listen(core, device, signal).catch(() => true))) {
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
      setTimeout(resolve, PAUSE_MS * (1 + Math.random()));
    });
  }
}

function follow(core: Core, device?: string): void {
  if (device === followed) return;
  followed = device;
  stopping?.abort();
  stopping = new AbortController();
  const { signal } = stopping;
  if (device) navigator.locks?.request('samtycke.watch', { signal }, () => hold(core, device, signal)).catch(() => undefined);
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
