import type { Logger } from 'pino';
import type { LedgerEvent } from '#contracts';
import { rightMail } from '#mails';
import { sendOnce, wasSent } from './one-mail.js';
import type { ConfirmationOptions } from './send-confirmation.js';

const AFTER = `
SELECT bytes FROM events WHERE ledger = $1 AND person = $2 AND seq > $3 AND purpose = '~person' AND type IN ('right-closed', 'person-erased')`;

interface Company {
  controllers?: { email?: string; address?: { country?: string } }[];
  rights?: { id: string; contact?: string }[];
}

/** The languages of those who read it, by the country in which the company is. */
const LANGUAGES: Readonly<Record<string, string>> = { SE: 'sv', DK: 'da' };

/** Where the catalogue says that the company is written to, and the language that is read there. */
function companyIn({ controllers = [], rights = [] }: Company): { to?: string; locale: string } {
  const company = controllers[0];
  const contact = rights.find(({ id }) => id === 'complain-to-company')?.contact;
  return { to: contact ?? company?.email, locale: LANGUAGES[company?.address?.country ?? ''] ?? 'en' };
}

/** Closed by the same call (most rights are met at once), by somebody since, or by the erasure of whoever asked. */
const closes = (asked: LedgerEvent) => ({ type, causes, request }: LedgerEvent): boolean =>
  type === 'person-erased' || causes?.includes(asked.event) === true || (causes === undefined && request === asked.request);

async function isOpen({ pool, ledger }: ConfirmationOptions, asked: LedgerEvent): Promise<boolean> {
  const { rows } = await pool.query<{ bytes: Buffer }>(AFTER, [ledger, asked.person, asked.seq]);
  return !rows.map(({ bytes }) => JSON.parse(bytes.toString('utf8')) as LedgerEvent).some(closes(asked));
}

/** Tells the company of a right that waits for an answer; of one that is answered already nobody is told. Tells whether a mail went out. */
export async function sendRight(options: ConfirmationOptions & { log: Logger }, asked: LedgerEvent): Promise<boolean> {
  const { from, log } = options;
  const note = { kind: 'right', reference: asked.event, person: asked.person } as const;
  if (!(await isOpen(options, asked))) return false;
  const { to, locale } = companyIn(((await options.catalogue())?.document ?? {}) as Company);
  if (to === undefined) log.warn({ event: asked.event }, 'a right waits for an answer, and the catalogue names no address of the company: see samtycke rights list');
  if (to === undefined || (await wasSent(options, note))) return false;
  const { right = '', due = '' } = (asked.fact ?? {}) as { right?: string; due?: string };
  return sendOnce(options, note, { id: `right-${asked.event}`, from, to, ...rightMail(locale, { right, request: asked.event, askedAt: asked.recordedAt, due }) });
}
