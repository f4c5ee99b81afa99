import { finishIssues, readIssueToSend, type IssueToSend } from '../store/issues.js';
import { nextDue, nextRecipients, noteAgain, noteLeftOut, noteSent, readCutOff, type Recipient } from '../store/recipients.js';
import { AT_ONCE } from './post.js';
import { sendOne, type SendParts } from './send-one.js';
import { sendersTurn } from './senders-turn.js';

/** Sends what is queued, by itself, until it is stopped. Of several instances one sends; the next goes on where it ends. */
export interface IssueSender {
  /** What a killed program left in the middle is settled first. */
  start(): void;
  /** There is something new in the queue. */
  wake(): void;
  /** Finishes the mails that are under way, and begins no more. */
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 5_000;
const AFTER_FAILURE_MS = 1_000;

/**
 * Mails that were on their way when the program ended: sent, where that can be seen; back in the queue, where it can be
 * seen that they never left; else left out as unclear, since nobody gets an issue twice.
 */
async function settleCutOff({ pool, post }: SendParts): Promise<void> {
  for (const recipient of await readCutOff(pool)) {
    const left = await post.left(recipient.mail);
    const now = new Date();
    if (left === true) await noteSent(pool, recipient, now);
    else if (left === false) await noteAgain(pool, recipient, 'sending', { nextTry: now, now, isPutOff: false });
    else await noteLeftOut(pool, recipient, 'sending', 'unclear', now);
  }
}

/** What one person gets goes in turn: whether an issue comes too soon depends on the one before. */
function byPerson(recipients: readonly Recipient[]): Recipient[][] {
  const turns = new Map<string, Recipient[]>();
  for (const recipient of recipients) turns.set(recipient.person, [...(turns.get(recipient.person) ?? []), recipient]);
  return [...turns.values()];
}

export function createSender(parts: SendParts, onProgress: () => void): IssueSender {
  const { pool, log } = parts;
  // Whoever gets the turn anew may find what somebody else had under way.
  const turn = sendersTurn(pool, () => (settled = false));
  let stopping = false;
  let settled = false;
  let loop: Promise<void> | undefined;
  let ring: () => void = () => undefined;
  let rung = false;

  async function sendPage(recipients: readonly Recipient[]): Promise<void> {
    const issues = new Map<string, IssueToSend | undefined>();
    for (const { issue } of recipients) if (!issues.has(issue)) issues.set(issue, await readIssueToSend(pool, issue));
    const outcomes = await Promise.allSettled(byPerson(recipients).map(async (turn) => {
      for (const recipient of turn) {
        const issue = issues.get(recipient.issue);
        if (issue) await sendOne(parts, issue, recipient);
      }
    }));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Works off what is due, once it is known who may be written to; resolves to the milliseconds until the next look. */
  async function workOff(): Promise<number> {
    if (!parts.consumer.health().informed || !(await turn.take())) return AFTER_FAILURE_MS;
    if (!settled) await settleCutOff(parts);
    settled = true;
    while (!stopping && (await turn.take())) {
      const recipients = await nextRecipients(pool, new Date(), AT_ONCE);
      if (recipients.length === 0) break;
      await sendPage(recipients);
      onProgress();
    }
    if (await finishIssues(pool, new Date())) onProgress();
    const due = await nextDue(pool);
    return due ? Math.min(Math.max(due.getTime() - Date.now(), 10), LOOK_EVERY_MS) : LOOK_EVERY_MS;
  }

  async function waitForRing(ms: number): Promise<void> {
    if (rung || stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      ring = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    while (!stopping) {
      rung = false;
      const wait = await workOff().catch((error: unknown) => {
        settled = false;
        log.warn({ code: (error as { code?: string }).code }, 'sending pauses; the database cannot be used');
        return AFTER_FAILURE_MS;
      });
      await waitForRing(wait);
    }
  }

  return {
    start: () => {
      loop ??= run();
    },
    wake: () => {
      rung = true;
      ring();
    },
    stop: async () => {
      stopping = true;
      ring();
      await loop;
      turn.leave();
      parts.post.close();
    },
  };
}
