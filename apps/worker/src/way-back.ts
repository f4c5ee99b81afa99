import type { LedgerEvent } from '#contracts';
import { takenAway, takenKind, type TakenAway } from '#held';
import type { DueMails } from './due-mails.js';
import type { Job } from './follow-log.js';
import { addressOf } from './address-of.js';
import { sendAnswer } from './send-answer.js';
import type { ConfirmationOptions } from './send-confirmation.js';

const DAYS = 30;

const HEADS = `SELECT purpose, version, state::json #>> '{notice,locale}' AS locale FROM heads WHERE ledger = $1 AND person = $2 ORDER BY purpose`;

interface Head {
  purpose: string;
  version: number;
  locale: string | null;
}

/** The language of a text that was taken away; an objection has none, so that of another text which the person said yes to. */
const localeOf = (items: readonly TakenAway[], heads: readonly Head[]): string =>
  items.find(({ before }) => before.notice)?.before.notice?.locale ?? heads.find(({ locale }) => locale !== null)?.locale ?? 'sv';

/** Sends the mail with a way back for a call, about what nobody has decided on since. Tells whether a mail went out. */
export async function sendWayBack(options: ConfirmationOptions, { person, request, viaId }: LedgerEvent): Promise<boolean> {
  const { pool, ledger } = options;
  const defined = (await options.catalogue())?.purposes ?? new Map();
  const { rows } = await pool.query<Head>(HEADS, [ledger, person]);
  const versions = new Map(rows.map(({ purpose, version }) => [purpose, version]));
  const items = (await takenAway(pool, ledger, { person, request }, defined)).filter(({ purpose, event }) => versions.get(purpose) === event.version);
  const to = items.length > 0 ? await addressOf(options, person, viaId) : undefined;
  if (!to) return false;
  const purposes = items.map((item) => item.purpose);
  return sendAnswer(options, { kind: 'way-back', person, reference: request, to, purposes, taken: takenKind(items), locale: localeOf(items, rows), days: DAYS });
}

/** One mail with a way back for each unverified call that took something away from a person; none where it took nothing. */
export const wayBack = (mails: DueMails): Job => ({
  name: 'way-back',
  types: ['consent-withdrawn', 'objection-raised'],
  async handle(event) {
    if (event.kind === 'person' && event.actor.kind === 'unverified') await mails.keep('way-back', event.request, event);
  },
});
