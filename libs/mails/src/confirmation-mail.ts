import { escapeHtml } from '#html';

/** The mail of a double opt-in, in the language of the notice that was shown. Plain words, one link to press, one to the receipt, one to all choices, no tracking. */
interface Words {
  subject: string;
  hello: string;
  why: string;
  action: string;
  ignore: string;
  ends: string;
  receipt: string;
  choices: string;
}

const WORDS: Record<string, Words> = {
  sv: {
    subject: 'Bekräfta: {purpose}',
    hello: 'Hej!',
    why: 'Någon, troligen du, har anmält den här adressen till ”{purpose}”. Öppna länken och tryck på knappen där för att bekräfta:',
    action: 'Bekräfta',
    ignore: 'Var det inte du? Då behöver du inte göra något. Utan bekräftelse händer ingenting.',
    ends: 'Länken gäller i {days} dagar och kan användas en gång.',
    receipt: 'När du har bekräftat finns ditt kvitto här i {receiptDays} dagar. Därefter hittar du det i portalen:',
    choices: 'Alla dina val hos oss, och hur du säger nej:',
  },
  da: {
    subject: 'Bekræft: {purpose}',
    hello: 'Hej!',
    why: 'Nogen, formentlig du, har tilmeldt denne adresse til ”{purpose}”. Åbn linket og tryk på knappen der for at bekræfte:',
    action: 'Bekræft',
    ignore: 'Var det ikke dig? Så behøver du ikke gøre noget. Uden bekræftelse sker der ingenting.',
    ends: 'Linket gælder i {days} dage og kan bruges én gang.',
    receipt: 'Når du har bekræftet, ligger din kvittering her i {receiptDays} dage. Derefter finder du den i portalen:',
    choices: 'Alle dine valg hos os, og hvordan du siger nej:',
  },
  en: {
    subject: 'Confirm: {purpose}',
    hello: 'Hello!',
    why: 'Somebody, most likely you, has signed this address up for “{purpose}”. Open the link and press the button there to confirm:',
    action: 'Confirm',
    ignore: 'Was it not you? Then you need not do anything. Without a confirmation nothing happens.',
    ends: 'The link works for {days} days and can be used once.',
    receipt: 'Once you have confirmed, your receipt is here for {receiptDays} days. After that you find it in the portal:',
    choices: 'All your choices with us, and how to say no:',
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

export function confirmationMail(locale: string, purpose: string, links: MailLinks): ConfirmationMail {
  const words = WORDS[locale] ?? WORDS.sv;
  const { confirm, receipt, days, receiptDays, choices } = links;
  const say = (name: keyof Words): string => (words?.[name] ?? '').replace('{purpose}', purpose).replace('{days}', String(days)).replace('{receiptDays}', String(receiptDays));
  const text = [say('hello'), say('why'), confirm, say('ignore'), say('ends'), `${say('receipt')}\n${receipt}`, `${say('choices')}\n${choices}`].join('\n\n');
  const html = `<!doctype html><html lang="${escapeHtml(locale)}"><body style="font:16px/1.6 sans-serif;color:#17211d">
<p>${escapeHtml(say('hello'))}</p><p>${escapeHtml(say('why'))}</p>
<p><a href="${escapeHtml(confirm)}" style="display:inline-block;padding:12px 24px;border-radius:8px;background:#0b6b50;color:#ffffff;text-decoration:none;font-weight:600">${escapeHtml(say('action'))}</a></p>
<p>${escapeHtml(say('ignore'))}</p><p style="color:#4d5b55">${escapeHtml(say('ends'))}</p>
<p style="color:#4d5b55">${escapeHtml(say('receipt'))} <a href="${escapeHtml(receipt)}">${escapeHtml(receipt)}</a></p>
<p style="color:#4d5b55">${escapeHtml(say('choices'))} <a href="${escapeHtml(choices)}">${escapeHtml(choices)}</a></p></body></html>`;
  return { subject: say('subject'), text: `${text}\n`, html };
}
