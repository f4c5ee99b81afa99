import type { Logger } from 'pino';
import type { InTurn } from '#turns';
import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import type { Ledger } from '../ledger/ledger.js';
import { turnOf, type Waiting, type WaitingRoom } from '../store/waiting.js';

/** Sends what waits, of each person in order, until the ledger has taken it. */
export interface SendWaiting {
  /** Something waits: try soon. */
  wake(): void;
  /** Sends everything of one person now, in a turn of his that the caller has; throws `LedgerSilent` when something still has to wait. */
  sendAllOf(owner: Buffer): Promise<void>;
  stop(): void;
}

const FIRST_MS = 1_000;
const LAST_MS = 30_000;
const PAGE = 50;
/** So many people in a row whom the ledger does not answer: it is away. */
const SILENT = 3;
const START = '0';

export interface SenderParts {
  ledger: Ledger;
  waiting: WaitingRoom;
  log: Logger;
  /** Called when a waiting change was taken. */
  onTaken: (owner: Buffer) => void;
  /** Nothing is sent between what a "yes" of the same person rests on and that "yes". */
  turns: InTurn;
}

/** A change that the ledger refuses for good is dropped and logged by its code: repeating it would not help. */
async function sendOne({ ledger, waiting, log, onTaken }: SenderParts, { key, owner, body, evidence }: Waiting): Promise<void> {
  try {
    await ledger.change(body, key, evidence);
  } catch (error) {
    if (!(error instanceof LedgerRefused)) throw error;
    log.warn({ code: error.code }, 'a waiting change was refused');
  }
  await waiting.done(key);
  onTaken(owner);
}

async function sendAllOf(parts: SenderParts, owner: Buffer): Promise<void> {
  for (const waiting of await parts.waiting.of(owner)) await sendOne(parts, waiting);
}

/** Whether nothing of one person waits any more. */
const isSent = (parts: SenderParts, owner: Buffer): Promise<boolean> =>
  parts.turns.run(turnOf(owner), () => sendAllOf(parts, owner)).then(
    () => true,
    (error: unknown) => {
      if (error instanceof LedgerSilent) return false;
      throw error;
    },
  );

/** What became of a round: how many people it served, and whether it came past everybody and left nothing. */
interface Round {
  sent: number;
  whole: boolean;
}

/**
 * Rounds past everybody for whom something waits: who gets no answer keeps nobody else waiting. A round ends early where the
 * ledger seems to be away, and the next goes on from there.
 */
function rounds(parts: SenderParts): () => Promise<Round> {
  let last = START;
  return async () => {
    const from = last;
    const owners = await parts.waiting.owners(from, PAGE);
    let [sent, inARow] = [0, 0];
    for (const { owner, number } of owners) {
      last = number;
      const done = await isSent(parts, owner);
      sent += done ? 1 : 0;
      inARow = done ? 0 : inARow + 1;
      if (inARow === SILENT) return { sent, whole: false };
    }
    if (owners.length < PAGE) last = START;
    return { sent, whole: from === START && last === START && sent === owners.length };
  };
}

export function sendWaiting(parts: SenderParts): SendWaiting {
  const round = rounds(parts);
  let timer: NodeJS.Timeout | undefined;
  let pause = FIRST_MS;
  let stopped = false;
  let wanted = false;

  /** One round at a time. */
  function plan(): void {
    if (stopped || timer) return;
    timer = setTimeout(() => {
      wanted = false;
      void goRound().then((whole) => {
        timer = undefined;
        if (wanted || !whole) plan();
      });
    }, pause);
    timer.unref();
  }

  async function goRound(): Promise<boolean> {
    try {
      const { sent, whole } = await round();
      pause = whole || sent > 0 ? FIRST_MS : Math.min(pause * 2, LAST_MS);
      return whole;
    } catch (error) {
      parts.log.warn({ code: (error as { code?: string }).code }, 'waiting changes could not be sent');
      pause = Math.min(pause * 2, LAST_MS);
      return false;
    }
  }

  return {
    wake() {
      wanted = true;
      plan();
    },
    sendAllOf: (owner) => sendAllOf(parts, owner),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
