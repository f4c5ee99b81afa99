import type { LedgerEvent } from '#contracts';
import { confirmationMail, type ConfirmationMail } from '#mails';
import { RECEIPT_DAYS } from '#vault';
import type { Chains } from './read-chains.js';
import type { Texts } from './read-texts.js';
import type { PackSource } from './source.js';

/** The mail of a double opt-in, written again: the mail itself was not kept. */
export interface PackedMail {
  event: string;
  name: string;
  text: string;
  sentAt: string;
}

const SENT = `SELECT event, sent_at FROM mails WHERE ledger = $1 AND person = $2 AND kind = 'confirmation' ORDER BY sent_at`;
/** What stands in place of the link: whoever has the real one could confirm. */
const LINK = '(here stood the link, with its secret, that only this mail carried)';
const LINKS = { confirm: LINK, days: 7, receipt: LINK, receiptDays: RECEIPT_DAYS, choices: LINK };

function writtenAgain({ purpose, controller, notice }: LedgerEvent, { titles, controllers }: Texts): ConfirmationMail {
  const locale = notice?.locale ?? 'sv';
  const company = controllers.find(({ id }) => id === controller)?.name;
  return confirmationMail(locale, { purpose: titles[purpose]?.[locale]?.title ?? purpose, company }, LINKS);
}

/** The confirmation mails to a person that the ledger noted, in the words and under the names of today. */
export async function readMails({ pool, ledger }: PackSource, { chains }: Chains, texts: Texts): Promise<PackedMail[]> {
  const mails: PackedMail[] = [];
  for (const { person, events } of chains) {
    const { rows } = await pool.query<{ event: string; sent_at: Date }>(SENT, [ledger, person]);
    for (const { event, sent_at } of rows) {
      const request = events.find((one) => one.event.event === event)?.event;
      if (!request) continue;
      const { subject, text } = writtenAgain(request, texts);
      mails.push({ event, name: `mails/${event}.txt`, text: `${subject}\n\n${text}`, sentAt: sent_at.toISOString() });
    }
  }
  return mails;
}
