import type { Taken } from '#held';
import { isGone, type CatalogueInForce } from '#ledger';
import { tokenHash } from '#vault';
import type { Address } from './address-of.js';
import { answerMail } from './answer-mail.js';
import { daysLeft } from './days-left.js';
import { sendOnce, wasSent } from './one-mail.js';
import type { ConfirmationOptions } from './send-confirmation.js';

const DAY_MS = 24 * 60 * 60 * 1000;

const LINK = `
INSERT INTO mail_links (ledger, hash, kind, person, reference, identifier, locale, expires_at)
SELECT $1::smallint, $2::bytea, $3::text, $4::uuid, $5::uuid, $6::uuid, $7::text, $8::timestamptz WHERE NOT ${isGone('$4')} ON CONFLICT DO NOTHING`;

const ENDS = 'SELECT expires_at AS "endsAt" FROM mail_links WHERE ledger = $1 AND hash = $2';

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
  /** For how long its link works, from the first try on. */
  days: number;
}

const PATHS = { 'way-back': 'b', held: 'h' } as const;

/** Sends one mail with a link: its token first (only the hash is stored), then the mail. Tells whether it went out. */
export async function sendAnswer(options: ConfirmationOptions, { kind, person, reference, to, purposes, taken, locale, days }: Answer): Promise<boolean> {
  const { pool, ledger, tokens, publicUrl, from } = options;
  if (await wasSent(options, { kind, reference })) return false;
  const token = tokens.link(kind, reference);
  const hash = tokenHash(token);
  await pool.query(LINK, [ledger, hash, kind, person, reference, to.identifier, locale, new Date(Date.now() + days * DAY_MS)]);
  const { rows: [made] } = await pool.query<{ endsAt: Date }>(ENDS, [ledger, hash]);
  const catalogue = await options.catalogue();
  const titles = purposes.map((purpose) => titleIn(catalogue, purpose, locale));
  const choices = await tokens.choices({ person, via: { kind: 'email', id: to.identifier } });
  const mail = answerMail(kind, locale, titles, { link: `${publicUrl}/${PATHS[kind]}/${token}`, days: daysLeft(made?.endsAt), choices: `${publicUrl}/p/${choices}`, taken });
  return sendOnce(options, { kind, reference, person }, { id: `${kind}-${reference}`, from, to: to.address, ...mail });
}
