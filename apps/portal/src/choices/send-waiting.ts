import type { Logger } from 'pino';
import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Waiting, WaitingRoom } from '../store/waiting.js';

/** Sends what waits, in order, until the ledger has taken it. */
export interface SendWaiting {
  /** Something waits: try soon. */
  wake(): void;
  /** Sends everything of one person now; throws `LedgerSilent` when something still has to wait. */
  sendAllOf(owner: Buffer): Promise<void>;
  stop(): void;
}

const FIRST_MS = 1_000;
const LAST_MS = 30_000;
const PAGE = 50;

export interface SenderParts {
  ledger: Ledger;
  waiting: WaitingRoom;
  log: Logger;
  /** Called when a waiting change was taken. */
  onTaken: (owner: Buffer) => void;
}

/** A change that the ledger refuses for good is dropped and logged by its code: repeating it would not help. */
async function sendOne({ ledger, waiting, log, onTaken }: SenderParts, { key, owner, body }: Waiting): Promise<void> {
  try {
    await ledger.change(body, key);
  } catch (error) {
    if (!(error instanceof LedgerRefused)) throw error;
    log.warn({ code: error.code }, 'a waiting change was refused');
  }
  await waiting.done(key);
  onTaken(owner);
}

export function sendWaiting(parts: SenderParts): SendWaiting {
  let timer: NodeJS.Timeout | undefined;
  let pause = FIRST_MS;
  let stopped = false;

  function plan(): void {
    if (stopped || timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      void round();
    }, pause);
    timer.unref();
  }

  async function round(): Promise<void> {
    try {
      const page = await parts.waiting.oldest(PAGE);
      for (const waiting of page) await sendOne(parts, waiting);
      pause = FIRST_MS;
      if (page.length === PAGE) plan();
    } catch (error) {
      if (!(error instanceof LedgerSilent)) parts.log.warn({ code: (error as { code?: string }).code }, 'waiting changes could not be sent');
      pause = Math.min(pause * 2, LAST_MS);
      plan();
    }
  }

  return {
    wake: plan,
    async sendAllOf(owner) {
      for (const waiting of await parts.waiting.of(owner)) await sendOne(parts, waiting);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
