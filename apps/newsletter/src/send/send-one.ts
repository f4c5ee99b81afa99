import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Consumer } from '#consumer';
import type { NewsletterConfig } from '../config/read-config.js';
import type { IssueToSend } from '../store/issues.js';
import { readLocale } from '../store/locales.js';
import { noteAgain, noteLeftOut, noteSent, takeForSending, type LeftOut, type Recipient } from '../store/recipients.js';
import { againstWishes } from '../store/wishes.js';
import { askAddress } from './ask-address.js';
import { compose } from './compose.js';
import type { Post, Posted } from './post.js';

export interface SendParts {
  config: NewsletterConfig;
  pool: Pool;
  log: Logger;
  consumer: Consumer;
  post: Post;
}

const SECOND_MS = 1_000;
const LONGEST_MS = 10 * 60 * SECOND_MS;
/** For so long a mail may be put off; who got none by then gets the next issue. */
const PUT_OFF_MS = 7 * 24 * 60 * 60 * SECOND_MS;

const later = (attempts: number, now: Date): Date => new Date(now.getTime() + Math.min(LONGEST_MS, SECOND_MS * 2 ** Math.min(attempts, 12)));

/** Whether he may be written to, by what this instance knows now. */
const may = ({ consumer }: SendParts, person: string): boolean => consumer.may(person, 'newsletter', 'email');

/**
 * Whether he may be written to, by its database and by what this instance knows; `later`: it is not known now, while the state is read anew. Of
 * somebody whose events another instance follows memory says no: then the database, asked after it, decides alone.
 */
async function mayWrite(parts: SendParts, person: string): Promise<'yes' | 'no' | 'later'> {
  const { consumer } = parts;
  const isKnown = (): boolean => consumer.health().informed;
  const knewBefore = isKnown();
  const stands = await consumer.mayNow(person, 'newsletter', 'email');
  if (!knewBefore || !isKnown()) return 'later';
  if (!stands) return 'no';
  if (may(parts, person) || (await consumer.mayNow(person, 'newsletter', 'email'))) return 'yes';
  return isKnown() ? 'no' : 'later';
}

async function tryAgain(parts: SendParts, recipient: Recipient, from: 'queued' | 'sending', why: string, isPutOff = false): Promise<void> {
  const now = new Date();
  if (recipient.attempts === 0) parts.log.warn({ issue: recipient.issue, why }, 'a mail waits');
  await noteAgain(parts.pool, recipient, from, { nextTry: later(recipient.attempts, now), now, isPutOff });
}

/** A mailbox that is full for ever gets this issue no more. */
async function putOff(parts: SendParts, recipient: Recipient): Promise<void> {
  const { putOffAt } = recipient;
  if (putOffAt && Date.now() - putOffAt.getTime() > PUT_OFF_MS) return noteLeftOut(parts.pool, recipient, 'sending', 'put-off', new Date());
  return tryAgain(parts, recipient, 'sending', 'the mail server puts it off', true);
}

/** Leaves him out who may not be written to; who may, or of whom it is not known, waits. */
async function leaveOrWait(parts: SendParts, recipient: Recipient, from: 'queued' | 'sending'): Promise<void> {
  if ((await mayWrite(parts, recipient.person)) === 'no') return noteLeftOut(parts.pool, recipient, from, 'withdrawn', new Date());
  return tryAgain(parts, recipient, from, 'it is not known now who may be written to');
}

async function notePosted(parts: SendParts, recipient: Recipient, posted: Posted): Promise<void> {
  if (posted === 'put-off') return putOff(parts, recipient);
  if (posted === 'again') return tryAgain(parts, recipient, 'sending', 'the mail server does not take it');
  if (posted === 'stopped') return leaveOrWait(parts, recipient, 'sending');
  if (posted !== 'sent') return noteLeftOut(parts.pool, recipient, 'sending', posted, new Date());
  await noteSent(parts.pool, recipient, new Date());
  parts.post.noted(recipient.mail);
}

/**
 * Sends an issue to one recipient, or leaves him out with the reason. He is asked about four times: before his address
 * is fetched, by the api that holds it, in the statement that lets the mail go, and, of whom this instance follows, when the mail server is about to hear of it. Throws what the database throws;
 * then he is still queued, or marked as being sent.
 */
export async function sendOne(parts: SendParts, issue: IssueToSend, recipient: Recipient): Promise<void> {
  const { config, pool, post } = parts;
  const { person, mail } = recipient;
  const leaveOut = (reason: LeftOut): Promise<void> => noteLeftOut(pool, recipient, 'queued', reason, new Date());
  if ((await mayWrite(parts, person)) !== 'yes') return leaveOrWait(parts, recipient, 'queued');
  const against = await againstWishes(pool, person, issue, new Date());
  if (against) return leaveOut(against);
  const answer = await askAddress(config, person);
  if (answer.kind === 'later') return tryAgain(parts, recipient, 'queued', answer.why);
  if (answer.kind !== 'address') return leaveOut(answer.kind);
  const { email: to, unsubscribe, preferences } = answer;
  // Of whoever said yes before languages were kept here, the api alone knows it.
  const locale = (await readLocale(pool, person)) ?? answer.locale;
  const letter = compose({ mail, from: config.mailFrom, to, subject: issue.subject, body: issue.body, unsubscribe, preferences, language: issue.language, locale });
  // Before the last questions: who is said no to while they are under way is somebody whom this instance knows.
  const isRemembered = may(parts, person);
  const allowed = (await mayWrite(parts, person)) === 'yes' && (await takeForSending(pool, recipient, new Date()));
  if (!allowed) return leaveOrWait(parts, recipient, 'queued');
  await notePosted(parts, recipient, await post.send(mail, letter, () => !isRemembered || may(parts, person)));
}
