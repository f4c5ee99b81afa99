import type { Locale } from '#languages';
import { UNDO_MINUTES } from './undo.js';

/** What the page says about undoing. `{purpose}` is the purpose's title in that language. */
export interface UndoTexts {
  question: string;
  button: string;
  /** Above the text under which it is given again. */
  terms: string;
  doneTitle: string;
  doneText: string;
  lateTitle: string;
  lateText: string;
}

const TEXTS: Record<Locale, UndoTexts> = {
  sv: {
    question: 'Var det ett misstag? Inom {minutes} minuter kan du ångra här med ett tryck. Då gäller ”{purpose}” igen, som förut.',
    button: 'Ångra, jag vill fortsätta',
    terms: 'Det här säger du ja till igen',
    doneTitle: 'Det gäller igen',
    doneText: 'Vi fortsätter med ”{purpose}” som förut. Du kan avsluta när du vill, med samma länk.',
    lateTitle: 'Det går inte att ångra längre',
    lateText: 'Inget har ändrats. Anmäl dig igen om du vill ha ”{purpose}”.',
  },
  da: {
    question: 'Var det en fejl? Inden for {minutes} minutter kan du fortryde her med ét tryk. Så gælder ”{purpose}” igen, som før.',
    button: 'Fortryd, jeg vil fortsætte',
    terms: 'Det siger du ja til igen',
    doneTitle: 'Det gælder igen',
    doneText: 'Vi fortsætter med ”{purpose}” som før. Du kan stoppe, når du vil, med samme link.',
    lateTitle: 'Det kan ikke fortrydes længere',
    lateText: 'Intet er ændret. Tilmeld dig igen, hvis du ønsker ”{purpose}”.',
  },
  en: {
    question: 'Was that a mistake? For {minutes} minutes you can undo it here with one press. Then “{purpose}” applies again, as before.',
    button: 'Undo, I want to stay',
    terms: 'What you say yes to again',
    doneTitle: 'It applies again',
    doneText: 'We go on with “{purpose}” as before. You can stop whenever you like, by the same link.',
    lateTitle: 'It is too late to undo',
    lateText: 'Nothing has changed. Sign up again if you want “{purpose}”.',
  },
};

export function undoTexts(locale: Locale, purpose: string): UndoTexts {
  const filled = Object.entries(TEXTS[locale]).map(([name, text]) => [name, text.replace('{purpose}', () => purpose).replace('{minutes}', String(UNDO_MINUTES))]);
  return Object.fromEntries(filled) as unknown as UndoTexts;
}
