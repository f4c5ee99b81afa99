import { escapeHtml } from '#html';

/** The mail of a double opt-in, in the language of the notice that was shown. Plain words, one link to press, one to the receipt, one to all choices, no tracking. `{at}` names the company. */
interface Words {
  subject: string;
  hello: string;
  why: string;
  action: string;
  ignore: string;
  ends: string;
  at: string;
  receipt: string;
  receiptLink: string;
  receiptEnds: string;
  choices: string;
  choicesLink: string;
}

const WORDS: Record<string, Words> = {
  sv: {
    subject: 'Bekräfta: {purpose}',
    hello: 'Hej!',
    why: 'Någon, troligen du, har anmält den här adressen till ”{purpose}”{at}. Öppna länken och tryck på knappen där för att bekräfta:',
    action: 'Bekräfta',
    ignore: 'Var det inte du? Då behöver du inte göra något. Utan bekräftelse händer ingenting.',
    ends: 'Länken gäller i {days} dagar och kan användas en gång.',
    at: ' hos {company}',
    receipt: 'När du har bekräftat finns ditt kvitto här:',
    receiptLink: 'Visa kvittot',
    receiptEnds: 'Det kan du öppna i {receiptDays} dagar. Därefter finns kvittot i kundportalen, när du har loggat in.',
    choices: 'Alla dina val hos oss, och hur du säger nej:',
    choicesLink: 'Visa mina val',
  },
  da: {
    subject: 'Bekræft: {purpose}',
    hello: 'Hej!',
    why: 'Nogen, formentlig du, har tilmeldt denne adresse til ”{purpose}”{at}. Åbn linket, og tryk på knappen der for at bekræfte:',
    action: 'Bekræft',
    ignore: 'Var det ikke dig? Så behøver du ikke gøre noget. Uden bekræftelse sker der ingenting.',
    ends: 'Linket gælder i {days} dage og kan bruges én gang.',
    at: ' hos {company}',
    receipt: 'Når du har bekræftet, ligger din kvittering her:',
    receiptLink: 'Vis kvitteringen',
    receiptEnds: 'Den kan du åbne i {receiptDays} dage. Derefter ligger kvitteringen i kundeportalen, når du er logget ind.',
    choices: 'Alle dine valg hos os, og hvordan du siger nej:',
    choicesLink: 'Vis mine valg',
  },
  en: {
    subject: 'Confirm: {purpose}',
    hello: 'Hello!',
    why: 'Somebody, most likely you, has signed this address up for “{purpose}”{at}. Open the link and press the button there to confirm:',
    action: 'Confirm',
    ignore: 'Was it not you? Then you need not do anything. Without a confirmation nothing happens.',
    ends: 'The link works for {days} days and can be used once.',
    at: ' at {company}',
    receipt: 'Once you have confirmed, your receipt is here:',
    receiptLink: 'Show the receipt',
    receiptEnds: 'You can open it for {receiptDays} days. After that the receipt is in the customer portal, once you have signed in.',
    choices: 'All your choices with us, and how to say no:',
    choicesLink: 'Show my choices',
  },
};

export interface ConfirmationMail {
  subject: string;
  text: string;
  html: string;
}

export interface MailLinks {
  /** Where the request is confirmed, for `days`. */
  confirm: string;
  days: number;
  /** Where the receipt is once it is, for `receiptDays`. */
  receipt: string;
  receiptDays: number;
  /** Where all of the person's choices are shown and stopped, for good. */
  choices: string;
}

/** What the mail is about: the purpose's title, and the company, where the catalogue names one. */
export interface MailSubject {
  purpose: string;
  company?: string;
}

export function confirmationMail(locale: string, { purpose, company }: MailSubject, links: MailLinks): ConfirmationMail {
  const words = WORDS[locale] ?? WORDS.sv;
  const { confirm, receipt, days, receiptDays, choices } = links;
  const at = company === undefined ? '' : (words?.at ?? '').replace('{company}', () => company);
  const filled: Record<string, string> = { purpose, at, days: String(days), receiptDays: String(receiptDays) };
  const say = (name: keyof Words): string => (words?.[name] ?? '').replace(/\{(\w+)\}/g, (mark, of: string) => filled[of] ?? mark);
  const text = [say('hello'), say('why'), confirm, say('ignore'), say('ends'), `${say('receipt')}\n${receipt}\n${say('receiptEnds')}`, `${say('choices')}\n${choices}`].join('\n\n');
  const html = `<!doctype html><html lang="${escapeHtml(locale)}"><body style="font:16px/1.6 sans-serif;color:#17211d">
<p>${escapeHtml(say('hello'))}</p><p>${escapeHtml(say('why'))}</p>
<p><a href="${escapeHtml(confirm)}" style="display:inline-block;padding:12px 24px;border-radius:8px;background:#0b6b50;color:#ffffff;text-decoration:none;font-weight:600">${escapeHtml(say('action'))}</a></p>
<p>${escapeHtml(say('ignore'))}</p><p style="color:#4d5b55">${escapeHtml(say('ends'))}</p>
<p style="color:#4d5b55">${escapeHtml(say('receipt'))} <a href="${escapeHtml(receipt)}">${escapeHtml(say('receiptLink'))}</a>. ${escapeHtml(say('receiptEnds'))}</p>
<p style="color:#4d5b55">${escapeHtml(say('choices'))} <a href="${escapeHtml(choices)}">${escapeHtml(say('choicesLink'))}</a></p></body></html>`;
  return { subject: say('subject'), text: `${text}\n`, html };
}
