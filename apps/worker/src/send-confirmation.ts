import type { Pool } from 'pg';
import type { LedgerEvent } from '#contracts';
import { isGone, type CatalogueInForce } from '#ledger';
import { confirmationMail, failureOf, isOfServer, type MailSubject, type Post } from '#mails';
import { RECEIPT_DAYS, tokenHash, type PersonKeys, type Tokens } from '#vault';
import { addressOf } from './address-of.js';
import { daysLeft } from './days-left.js';
import { noteUnclear, sendOnce, wasSent, type MailNote } from './one-mail.js';

const DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface ConfirmationOptions {
  pool: Pool;
  ledger: number;
  origin: string;
  keys: PersonKeys;
  tokens: Tokens;
  catalogue: () => Promise<CatalogueInForce | undefined>;
  publicUrl: string;
  from: string;
  post: Post;
}

/**
 * A mail about another request of the same day, also one that may not have arrived: asking, withdrawing and asking again sends the second one a day later.
 */
const SENT_TODAY = `
SELECT m.sent_at AS "sentAt" FROM events e JOIN mails m ON m.ledger = e.ledger AND m.kind IN ('confirmation', 'confirmation-unclear') AND m.event = e.event
WHERE e.ledger = $1 AND e.person = $2 AND e.purpose = $3 AND e.type = 'request-opened' AND e.event <> $5 AND m.sent_at > $4 ORDER BY m.sent_at DESC LIMIT 1`;
const OPEN = `SELECT (state::json -> 'open' ->> 'event') AS event FROM heads WHERE ledger = $1 AND person = $2 AND purpose = $3`;
const TOKEN = `
INSERT INTO tokens (ledger, hash, person, purpose, event, expires_at)
SELECT $1::smallint, $2::bytea, $3::uuid, $4::text, $5::uuid, $6::timestamptz WHERE NOT ${isGone('$3')} ON CONFLICT DO NOTHING`;
const ENDS = 'SELECT expires_at AS "endsAt" FROM tokens WHERE ledger = $1 AND hash = $2';

/** The address that was typed, and no other one: his, or of somebody who was merged into him. */
async function typedAddress(options: ConfirmationOptions, { person, viaId }: LedgerEvent): Promise<string | undefined> {
  const found = await addressOf(options, person, viaId);
  return found?.identifier === viaId ? found?.address : undefined;
}

interface Names {
  controllers?: { id: string; name: string }[];
  texts?: { purposes?: Record<string, Record<string, { title?: string } | undefined> | undefined> };
}

async function namesOf(options: ConfirmationOptions, { purpose, controller }: LedgerEvent, locale: string): Promise<MailSubject> {
  const { controllers, texts } = ((await options.catalogue())?.document ?? {}) as Names;
  return { purpose: texts?.purposes?.[purpose]?.[locale]?.title ?? purpose, company: controllers?.find(({ id }) => id === controller)?.name };
}

async function isOpen({ pool, ledger }: ConfirmationOptions, request: LedgerEvent): Promise<boolean> {
  const { rows } = await pool.query<{ event: string | null }>(OPEN, [ledger, request.person, request.purpose]);
  return rows[0]?.event === request.event;
}

/** When somebody who was written to about one like it within a day may be written to again; undefined: now. */
async function notBefore({ pool, ledger }: ConfirmationOptions, request: LedgerEvent): Promise<Date | undefined> {
  const { rows } = await pool.query<{ sentAt: Date }>(SENT_TODAY, [ledger, request.person, request.purpose, new Date(Date.now() - DAY_MS), request.event]);
  return rows[0] && new Date(rows[0].sentAt.getTime() + DAY_MS);
}

async function endOf({ pool, ledger }: ConfirmationOptions, token: string): Promise<Date | undefined> {
  return (await pool.query<{ endsAt: Date }>(ENDS, [ledger, tokenHash(token)])).rows[0]?.endsAt;
}

/** A mail that may have arrived counts as one of its day. Throws what happened on. */
async function countUnclear(options: ConfirmationOptions, about: MailNote, error: unknown): Promise<never> {
  if (isOfServer(error) && failureOf(error) === 'unclear') await noteUnclear(options, about);
  throw error;
}

/**
 * Sends the mail of one open request: its token first (only the hash is stored; its end is the request's, mail or not), then
 * the mail. Tells whether it went out, or from when on it may.
 */
export async function sendConfirmation(options: ConfirmationOptions, request: LedgerEvent): Promise<boolean | Date> {
  if (!(await isOpen(options, request))) return false;
  const { pool, ledger, tokens, publicUrl, from } = options;
  const { person, purpose, event } = request;
  const token = tokens.confirmation(event);
  await pool.query(TOKEN, [ledger, tokenHash(token), person, purpose, event, new Date(Date.now() + DAYS * DAY_MS)]);
  const note = { kind: 'confirmation', reference: event, person } as const;
  if (await wasSent(options, note)) return false;
  const waits = await notBefore(options, request);
  if (waits) return waits;
  const to = await typedAddress(options, request);
  if (to === undefined) return false;
  const locale = request.notice?.locale ?? 'sv';
  const link = `${publicUrl}/c/${token}`;
  const choices = `${publicUrl}/p/${await tokens.choices({ person, via: request.viaId === undefined ? undefined : { kind: 'email', id: request.viaId } })}`;
  const mail = confirmationMail(locale, await namesOf(options, request, locale), { confirm: link, days: daysLeft(await endOf(options, token)), receipt: `${link}/receipt`, receiptDays: RECEIPT_DAYS, choices });
  return sendOnce(options, note, { id: event, from, to, ...mail }).catch((error: unknown) => countUnclear(options, note, error));
}
