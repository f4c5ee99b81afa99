import type { Logger } from 'pino';
import type { LedgerEvent } from '#contracts';
import { takenAway } from '#held';
import type { Job } from './follow-log.js';
import { isRefused } from '#mails';
import { addressOf, sendAnswer } from './send-answer.js';
import type { ConfirmationOptions } from './send-confirmation.js';

const DAYS = 30;

async function write(options: ConfirmationOptions, { person, request, viaId }: LedgerEvent): Promise<void> {
  const purposes = (await options.catalogue())?.purposes ?? new Map();
  const items = await takenAway(options.pool, options.ledger, { person, request }, purposes);
  const to = items.length > 0 ? await addressOf(options, person, viaId) : undefined;
  if (!to) return;
  const locale = items[0]?.before.notice?.locale ?? 'sv';
  await sendAnswer(options, { kind: 'way-back', person, reference: request, to, purposes: items.map((item) => item.purpose), locale, days: DAYS });
}

/** One mail with a way back for each unverified call that took something away from a person; none where it took nothing. */
export const wayBack = (options: ConfirmationOptions & { log: Logger }): Job => ({
  name: 'way-back',
  types: ['consent-withdrawn', 'objection-raised'],
  async handle(event) {
    if (event.kind !== 'person' || event.actor.kind !== 'unverified') return;
    await write(options, event).catch((error: unknown) => {
      if (!isRefused(error)) throw error;
      options.log.warn({ event: event.event, code: (error as { responseCode?: number }).responseCode }, 'the mail server refused a mail with a way back');
    });
  },
});
