import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { LedgerEvent } from '#contracts';
import { faultOf, Unavailable } from '#ledger';
import { failureOf, isOfServer } from '#mails';
import type { Term } from '#outbox';
import type { DueMail, DueMails, MailKind } from './due-mails.js';
import { sendConfirmation, type ConfirmationOptions } from './send-confirmation.js';
import { sendRight } from './send-right.js';
import { sendWayBack } from './way-back.js';
import { nextTry, type BackOff } from './webhooks/back-off.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const AT_ONCE = 4;
const POLL_MS = 1_000;
const AGAIN_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;
/** Greylisting is over within minutes, a full mailbox within days; a request lapses after seven. */
const BACK_OFF: BackOff = { delays: [1, 5, 15, 60, 180, 360].map((minutes) => minutes * MINUTE_MS), forMs: 7 * DAY_MS };

export type MailOptions = ConfirmationOptions & { log: Logger };

/** Each looks first whether its mail is still wanted, and tells whether one went out, or from when on it may. */
const SENDERS: Readonly<Record<MailKind, (options: MailOptions, event: LedgerEvent) => Promise<boolean | Date>>> = { confirmation: sendConfirmation, 'way-back': sendWayBack, right: sendRight };

/**
 * When a mail that was not taken is tried again; one that may have arrived after a day at the earliest, so that nobody gets two a day. However late it is
 * tried first, as after an outage, no time is over before it was tried again after each of the delays.
 */
function againAt(error: unknown, { tries, event }: DueMail): Date | undefined {
  const failure = failureOf(error);
  const at = new Date();
  const firstAt = tries < BACK_OFF.delays.length ? at : new Date(event.recordedAt);
  const notBefore = failure === 'unclear' ? new Date(at.getTime() + DAY_MS) : at;
  const isTooLate = notBefore.getTime() > firstAt.getTime() + BACK_OFF.forMs;
  return failure === 'refused' || isTooLate ? undefined : nextTry(BACK_OFF, { tries: tries + 1, firstAt, at, notBefore });
}

/** A mail that ends here is one line of the log, with the server's code and without its words. A right stays open, and the company did not hear of it. */
function tell({ log }: MailOptions, { kind, event }: DueMail, error: unknown, dueAt: Date | undefined): void {
  const { responseCode: code, name } = error as Error & { responseCode?: number };
  const line = { kind, event: event.event, purpose: event.purpose, failure: isOfServer(error) ? failureOf(error) : 'put-off', code, name, dueAt };
  if (dueAt) log.warn(line, 'a mail is tried again later');
  else if (kind === 'right') log.error(line, 'a right waits for an answer, and the company’s mail server does not take the mail about it: see samtycke rights list');
  else log.warn(line, 'a mail is given up: the mail server does not take it');
}

/** No mail can leave while the server or the database is away; any other trouble of ours is that mail's own. */
const isAway = (error: unknown): boolean => (isOfServer(error) ? failureOf(error) === 'away' : faultOf(error) !== 'broken' || error instanceof Unavailable);

/** What one mail's server says about it is that mail's own trouble; throws where no mail can leave. */
async function sendOne(options: MailOptions, mails: DueMails, mail: DueMail): Promise<void> {
  const { kind, event, tries } = mail;
  try {
    const sent = await SENDERS[kind](options, event);
    if (sent instanceof Date) return await mails.later(mail, sent);
    if (sent || tries > 0) options.log.info({ kind, event: event.event, purpose: event.purpose }, sent ? 'mail sent' : 'a mail that was put off is not wanted any more');
  } catch (error) {
    if (isAway(error)) throw error;
    const dueAt = againAt(error, mail);
    tell(options, mail, error, dueAt);
    if (dueAt) return mails.later(mail, dueAt);
  }
  await mails.done(mail);
}

/** Mails of one reference are one mail, whomever it reaches: they go in turn. */
function inTurns(due: readonly DueMail[]): DueMail[][] {
  const turns = new Map<string, DueMail[]>();
  for (const mail of due) turns.set(mail.reference, [...(turns.get(mail.reference) ?? []), mail]);
  return [...turns.values()];
}

/** Sends some of what is due, and tells how many it looked at. Throws, once all of them are settled, while no mail can leave. */
export async function mailRound(options: MailOptions, mails: DueMails, leads: () => boolean = () => true): Promise<number> {
  const due = await mails.due(new Date(), AT_ONCE);
  const settled = await Promise.allSettled(inTurns(due).map(async (turn) => {
    for (const mail of turn) if (leads()) await sendOne(options, mails, mail);
  }));
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
  return due.length;
}

/** Sends what is due as it comes, for as long as this process leads. */
export async function sendDueMails(options: MailOptions, mails: DueMails, term: Term): Promise<void> {
  let pauseMs = AGAIN_MS;
  while (!term.signal.aborted) {
    try {
      const looked = await mailRound(options, mails, () => term.leads());
      pauseMs = AGAIN_MS;
      if (looked === 0) await mails.bell.wait(POLL_MS, term.signal);
    } catch (error) {
      options.log.warn({ job: 'mails', code: (error as { code?: string }).code, reason: (error as Error).name }, 'a job cannot go on; trying again');
      await sleep(pauseMs, undefined, { signal: term.signal }).catch(() => undefined);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
  }
}
