import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { RENEW_EVERY_MS, type Lease, type Leadership } from './lease.js';

/** What a leader works with: whether it still leads, and the signal that tells when it does not. */
export interface Term {
  readonly fencing: string;
  /** The server on which the lease was taken, as SQL says it; undefined where that makes no difference. */
  readonly server?: string;
  /** Aborted when the lease is lost or the program stops. */
  readonly signal: AbortSignal;
  /** Whether the lease is still surely held, to be asked before every act that cannot be taken back. */
  leads(): boolean;
  /** Ends the term: for a leader that finds out by itself that it leads no more. */
  end(): void;
}

export interface LeadOptions {
  lease: Lease;
  stop: AbortSignal;
  /** Runs while the lease is held; ends soon after `term.signal` is aborted. */
  work: (term: Term) => Promise<void>;
  onError: (error: unknown) => void;
  onChange: (leads: boolean) => void;
}

async function renewing(lease: Lease, first: Leadership, over: AbortController, onError: (error: unknown) => void, moved: (held: Leadership) => void): Promise<void> {
  let held = first;
  while (!over.signal.aborted) {
    await sleep(RENEW_EVERY_MS, undefined, { signal: over.signal }).catch(() => undefined);
    if (over.signal.aborted) return;
    const next = await lease.renew(held).catch((error: unknown) => {
      onError(error);
      return performance.now() < held.until ? held : undefined;
    });
    if (!next) return over.abort();
    held = next;
    moved(held);
  }
}

async function term({ lease, stop, work, onError }: LeadOptions, first: Leadership): Promise<void> {
  const over = new AbortController();
  // Each of the leader's jobs listens while it waits.
  setMaxListeners(0, over.signal);
  const end = (): void => over.abort();
  stop.addEventListener('abort', end, { once: true });
  let held = first;
  const leads = (): boolean => !over.signal.aborted && performance.now() < held.until;
  const renewal = renewing(lease, first, over, onError, (next) => (held = next));
  try {
    await work({ fencing: first.fencing, server: first.server, signal: over.signal, leads, end });
  } catch (error) {
    onError(error);
  }
  over.abort();
  await renewal;
  stop.removeEventListener('abort', end);
  await lease.giveUp(held).catch(() => undefined);
}

/** Leads whenever it can, until `stop`; errors end a term, never the program. */
export async function leadWhilePossible(options: LeadOptions): Promise<void> {
  const { lease, stop, onError, onChange } = options;
  while (!stop.aborted) {
    const leadership = await lease.take().catch((error: unknown) => onError(error));
    if (leadership) {
      onChange(true);
      await term(options, leadership);
      onChange(false);
    }
    await sleep(RENEW_EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}
