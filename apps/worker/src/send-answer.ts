import type { Taken } from '#held';
import { isGone, type CatalogueInForce } from '#ledger';
import { open, tokenHash } from '#vault';
import { answerMail } from './answer-mail.js';
import { sendOnce, wasSent } from './one-mail.js';
import type { ConfirmationOptions } from './send-confirmation.js';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface Address {
  identifier: string;
  address: string;
}

const ADDRESSES = `
SELECT i.id, i.sealed, k.master, k.wrapped FROM person_keys k, identifiers i
WHERE k.ledger = $1 AND k.person = $2 AND i.ledger = $1 AND i.person = $2 AND i.kind = 'email'
  AND NOT EXISTS (SELECT FROM persons WHERE ledger = $1 AND person = $2 AND coalesce((state::json ->> 'erased')::bool, false))
ORDER BY (i.id = $3) DESC, i.id LIMIT 1`;
const LINK = `
INSERT INTO mail_links (ledger, hash, kind, person, reference, identifier, locale, expires_at)
SELECT $1::smallint, $2::bytea, $3::text, $4::uuid, $5::uuid, $6::uuid, $7::text, $8::timestamptz WHERE NOT ${isGone('$4')} ON CONFLICT DO NOTHING`;

/** Where a person can be written to: at the identifier `preferred` where that is an e-mail address, else at another one of his; nowhere once he is erased. */
export async function addressOf({ pool, ledger, origin, keys }: ConfirmationOptions, person: string, preferred?: string): Promise<Address | undefined> {
  const { rows } = await pool.query<{ id: string; sealed: Buffer; master: string; wrapped: Buffer }>(ADDRESSES, [ledger, person, preferred ?? null]);
  const row = rows[0];
  if (!row) return undefined;
  const key = keys.unwrap(person, { master: row.master, wrapped: row.wrapped });
  return { identifier: row.id, address: open(key, `${origin}|${person}|identifier|${row.id}`, row.sealed).toString('utf8') };
}

interface Titles {
  texts?: { purposes?: Record<string, Record<string, { title?: string } | undefined> | undefined> };
}

const titleIn = (catalogue: CatalogueInForce | undefined, purpose: string, locale: string): string =>
  ((catalogue?.document ?? {}) as Titles).texts?.purposes?.[purpose]?.[locale]?.title ?? purpose;

export interface Answer {
  kind: 'way-back' | 'held';
  person: string;
  /** What it is about; one mail for each, whatever happens. */
  reference: string;
  to: Address;
  purposes: string[];
  /** What a way back gives back. */
  taken?: Taken;
  locale: string;
  days: number;
}

const PATHS = { 'way-back': 'b', held: 'h' } as const;

/** Sends one mail with a link: its token first (only the hash is stored), then the mail. Tells whether it went out. */
export async function sendAnswer(options: ConfirmationOptions, { kind, person, reference, to, purposes, taken, locale, days }: Answer): Promise<boolean> {
  const { pool, ledger, tokens, publicUrl, from } = options;
  if (await wasSent(options, { kind, reference })) return false;
  const token = tokens.link(kind, reference);
  await pool.query(LINK, [ledger, tokenHash(token), kind, person, reference, to.identifier, locale, new Date(Date.now() + days * DAY_MS)]);
  const catalogue = await options.catalogue();
  const titles = purposes.map((purpose) => titleIn(catalogue, purpose, locale));
  const choices = await tokens.choices({ person, via: { kind: 'email', id: to.identifier } });
  const mail = answerMail(kind, locale, titles, { link: `${publicUrl}/${PATHS[kind]}/${token}`, days, choices: `${publicUrl}/p/${choices}`, taken });
  return sendOnce(options, { kind, reference, person }, { id: `${kind}-${reference}`, from, to: to.address, ...mail });
}
