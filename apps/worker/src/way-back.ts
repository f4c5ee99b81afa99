import type { LedgerEvent } from '#contracts';
import { takenAway } from '#held';
import type { DueMails } from './due-mails.js';
import type { Job } from './follow-log.js';
import { addressOf, sendAnswer } from './send-answer.js';
import type { ConfirmationOptions } from './send-confirmation.js';

const DAYS = 30;

const VERSIONS = 'SELECT purpose, version FROM heads WHERE ledger = $1 AND person = $2';

/** Sends the mail with a way back for a call, about what nobody has decided on since. Tells whether a mail went out. */
export async function sendWayBack(options: ConfirmationOptions, { person, request, viaId }: LedgerEvent): Promise<boolean> {
  const { pool, ledger } = options;
  const purposes = (await options.catalogue())?.purposes ?? new Map();
  const { rows } = await pool.query<{ purpose: string; version: number }>(VERSIONS, [ledger, person]);
  const versions = new Map(rows.map(({ purpose, version }) => [purpose, version]));
  const items = (await takenAway(pool, ledger, { person, request }, purposes)).filter(({ purpose, event }) => versions.get(purpose) === event.version);
  const to = items.length > 0 ? await addressOf(options, person, viaId) : undefined;
  if (!to) return false;
  const locale = items[0]?.before.notice?.locale ?? 'sv';
  return sendAnswer(options, { kind: 'way-back', person, reference: request, to, purposes: items.map((item) => item.purpose), locale, days: DAYS });
}

/** One mail with a way back for each unverified call that took something away from a person; none where it took nothing. */
export const wayBack = (mails: DueMails): Job => ({
  name: 'way-back',
  types: ['consent-withdrawn', 'objection-raised'],
  async handle(event) {
    if (event.kind === 'person' && event.actor.kind === 'unverified') await mails.keep('way-back', event.request, event);
  },
});
