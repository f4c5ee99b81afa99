import type { Taken } from '#held';
import { escapeHtml } from '#html';

/** The mails that answer to withdrawals which somebody typed on a website. Plain words, one link to press, one to all choices, no tracking. */
interface Words {
  subject: string;
  hello: string;
  why: string;
  action: string;
  ignore: string;
  ends: string;
}

const CHOICES: Record<string, string> = {
  sv: 'Alla dina val hos oss, och hur du säger nej:',
  da: 'Alle dine valg hos os, og hvordan du siger nej:',
  en: 'All your choices with us, and how to say no:',
};

type Kind = 'way-back' | 'held';

const WORDS: Record<Kind, Record<string, Words>> = {
  'way-back': {
    sv: {
      subject: 'Avslutat: {purposes}',
      hello: 'Hej!',
      why: 'Någon, troligen du, skrev den här adressen på en webbplats och avslutade: {purposes}. Det gäller redan. Var det inte du? Öppna länken och tryck på knappen där, så gäller ditt samtycke igen:',
      action: 'Ge tillbaka mitt samtycke',
      ignore: 'Var det du? Då behöver du inte göra något.',
      ends: 'Länken gäller i {days} dagar och kan användas en gång.',
    },
    da: {
      subject: 'Stoppet: {purposes}',
      hello: 'Hej!',
      why: 'Nogen, formentlig du, skrev denne adresse på en hjemmeside og stoppede: {purposes}. Det gælder allerede. Var det ikke dig? Åbn linket og tryk på knappen der, så gælder dit samtykke igen:',
      action: 'Giv mit samtykke tilbage',
      ignore: 'Var det dig? Så behøver du ikke gøre noget.',
      ends: 'Linket gælder i {days} dage og kan bruges én gang.',
    },
    en: {
      subject: 'Stopped: {purposes}',
      hello: 'Hello!',
      why: 'Somebody, most likely you, typed this address on a website and stopped: {purposes}. It applies already. Was it not you? Open the link and press the button there, and your consent applies again:',
      action: 'Give my consent back',
      ignore: 'Was it you? Then you need not do anything.',
      ends: 'The link works for {days} days and can be used once.',
    },
  },
  held: {
    sv: {
      subject: 'Vill du avsluta: {purposes}?',
      hello: 'Hej!',
      why: 'Någon skrev den här adressen på en webbplats för att avsluta: {purposes}. Många sådana önskemål kom från samma håll, därför frågar vi dig först. Öppna länken och säg ja eller nej:',
      action: 'Svara',
      ignore: 'Svarar du inte avslutas det av sig självt inom ett dygn; du kan då få det tillbaka med en länk i nästa mejl.',
      ends: 'Länken gäller i {days} dagar och kan användas en gång.',
    },
    da: {
      subject: 'Vil du stoppe: {purposes}?',
      hello: 'Hej!',
      why: 'Nogen skrev denne adresse på en hjemmeside for at stoppe: {purposes}. Mange af den slags ønsker kom samme sted fra, derfor spørger vi dig først. Åbn linket og sig ja eller nej:',
      action: 'Svar',
      ignore: 'Svarer du ikke, stopper det af sig selv inden for et døgn; du kan da få det tilbage med et link i den næste mail.',
      ends: 'Linket gælder i {days} dage og kan bruges én gang.',
    },
    en: {
      subject: 'Do you want to stop: {purposes}?',
      hello: 'Hello!',
      why: 'Somebody typed this address on a website to stop: {purposes}. Many such wishes came from the same place, so we ask you first. Open the link and say yes or no:',
      action: 'Answer',
      ignore: 'If you do not answer, it stops by itself within a day; a link in the next mail then lets you have it back.',
      ends: 'The link works for {days} days and can be used once.',
    },
  },
};

/** What is said otherwise where what was stopped was no consent, or not only one. */
const TAKEN: Record<Exclude<Taken, 'consent'>, Record<string, Pick<Words, 'why' | 'action'>>> = {
  objection: {
    sv: {
      why: 'Någon, troligen du, skrev den här adressen på en webbplats och sa nej till: {purposes}. Det gäller redan. Var det inte du? Öppna länken och tryck på knappen där, så gäller ditt nej inte längre:',
      action: 'Ta tillbaka mitt nej',
    },
    da: {
      why: 'Nogen, formentlig du, skrev denne adresse på en hjemmeside og sagde nej til: {purposes}. Det gælder allerede. Var det ikke dig? Åbn linket og tryk på knappen der, så gælder dit nej ikke længere:',
      action: 'Træk mit nej tilbage',
    },
    en: {
      why: 'Somebody, most likely you, typed this address on a website and said no to: {purposes}. It applies already. Was it not you? Open the link and press the button there, and your no applies no longer:',
      action: 'Take my no back',
    },
  },
  both: {
    sv: {
      why: 'Någon, troligen du, skrev den här adressen på en webbplats och avslutade eller sa nej till: {purposes}. Det gäller redan. Var det inte du? Öppna länken och tryck på knappen där, så gäller allt som förut igen, både det du har samtyckt till och det du kan säga nej till:',
      action: 'Låt allt gälla som förut',
    },
    da: {
      why: 'Nogen, formentlig du, skrev denne adresse på en hjemmeside og stoppede eller sagde nej til: {purposes}. Det gælder allerede. Var det ikke dig? Åbn linket og tryk på knappen der, så gælder alt som før igen, både det du har givet samtykke til, og det du kan sige nej til:',
      action: 'Lad alt gælde som før',
    },
    en: {
      why: 'Somebody, most likely you, typed this address on a website and stopped or said no to: {purposes}. It applies already. Was it not you? Open the link and press the button there, and all applies as before again, both what you consented to and what you can say no to:',
      action: 'Let all apply as before',
    },
  },
};

function wordsFor(kind: Kind, locale: string, taken: Taken): Words | undefined {
  const words = WORDS[kind][locale] ?? WORDS[kind].sv;
  if (kind === 'held' || taken === 'consent' || !words) return words;
  return { ...words, ...(TAKEN[taken][locale] ?? TAKEN[taken].sv) };
}

export interface AnswerLinks {
  /** Where it is answered, for `days`. */
  link: string;
  days: number;
  /** Where all of the person's choices are shown and stopped, for good. */
  choices: string;
  /** What a way back gives back. */
  taken?: Taken;
}

/** A mail of one kind in `locale` (Swedish where there are no words for it), about these purposes by their titles. */
export function answerMail(kind: Kind, locale: string, purposes: string[], { link, days, choices, taken = 'consent' }: AnswerLinks): { subject: string; text: string; html: string } {
  const words = wordsFor(kind, locale, taken);
  const say = (name: keyof Words): string => (words?.[name] ?? '').replace('{purposes}', () => purposes.join(', ')).replace('{days}', String(days));
  const all = CHOICES[locale] ?? CHOICES.sv ?? '';
  const text = [say('hello'), say('why'), link, say('ignore'), say('ends'), `${all}\n${choices}`].join('\n\n');
  const html = `<!doctype html><html lang="${escapeHtml(locale)}"><body style="font:16px/1.6 sans-serif;color:#17211d">
<p>${escapeHtml(say('hello'))}</p><p>${escapeHtml(say('why'))}</p>
<p><a href="${escapeHtml(link)}" style="display:inline-block;padding:12px 24px;border-radius:8px;background:#0b6b50;color:#ffffff;text-decoration:none;font-weight:600">${escapeHtml(say('action'))}</a></p>
<p>${escapeHtml(say('ignore'))}</p><p style="color:#4d5b55">${escapeHtml(say('ends'))}</p>
<p style="color:#4d5b55">${escapeHtml(all)} <a href="${escapeHtml(choices)}">${escapeHtml(choices)}</a></p></body></html>`;
  return { subject: say('subject'), text: `${text}\n`, html };
}
