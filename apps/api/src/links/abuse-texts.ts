import type { Taken } from '#held';
import type { Locale } from '#languages';

/** What the pages say that answer to a stranger's withdrawal. `{purposes}` are their titles in that language. */
export interface AbuseTexts {
  backTitle: string;
  backText: string;
  backButton: string;
  backNote: string;
  givenBackTitle: string;
  givenBackText: string;
  standsTitle: string;
  standsText: string;
  closedTitle: string;
  closedText: string;
  heldTitle: string;
  heldText: string;
  heldButton: string;
  heldOther: string;
  heldNote: string;
  stoppedTitle: string;
  stoppedText: string;
  keptTitle: string;
  keptText: string;
}

const sv: AbuseTexts = {
  backTitle: 'Vill du ha det tillbaka?',
  backText: 'Någon skrev din adress på en webbplats och avslutade: {purposes}. Tryck på knappen om det inte var du, så gäller ditt samtycke igen.',
  backButton: 'Ja, ge tillbaka mitt samtycke',
  backNote: 'Var det du? Stäng sidan, så förblir det avslutat.',
  givenBackTitle: 'Tack, det gäller igen',
  givenBackText: 'Ditt samtycke gäller igen för: {purposes}. Du kan ta tillbaka det när du vill.',
  standsTitle: 'Det är redan klart',
  standsText: 'Det gäller redan för: {purposes}. Du behöver inte göra något mer.',
  closedTitle: 'Länken gäller inte längre',
  closedText: 'Du har bestämt något annat sedan dess, eller så är länken för gammal. Anmäl dig igen om du vill.',
  heldTitle: 'Vill du avsluta detta?',
  heldText: 'Någon skrev din adress på en webbplats för att avsluta: {purposes}. Tryck på den knapp som stämmer.',
  heldButton: 'Ja, avsluta nu',
  heldOther: 'Nej, behåll',
  heldNote: 'Svarar du inte avslutas det av sig självt inom ett dygn.',
  stoppedTitle: 'Det är avslutat',
  stoppedText: 'Avslutat: {purposes}. Inget mer skickas till dig för detta.',
  keptTitle: 'Allt är som förut',
  keptText: 'Inget har ändrats för: {purposes}.',
};

const da: AbuseTexts = {
  backTitle: 'Vil du have det tilbage?',
  backText: 'Nogen skrev din adresse på en hjemmeside og stoppede: {purposes}. Tryk på knappen, hvis det ikke var dig, så gælder dit samtykke igen.',
  backButton: 'Ja, giv mit samtykke tilbage',
  backNote: 'Var det dig? Luk siden, så forbliver det stoppet.',
  givenBackTitle: 'Tak, det gælder igen',
  givenBackText: 'Dit samtykke gælder igen for: {purposes}. Du kan trække det tilbage, når du vil.',
  standsTitle: 'Det er allerede klaret',
  standsText: 'Det gælder allerede for: {purposes}. Du behøver ikke gøre mere.',
  closedTitle: 'Linket gælder ikke længere',
  closedText: 'Du har bestemt noget andet siden, eller linket er for gammelt. Tilmeld dig igen, hvis du ønsker det.',
  heldTitle: 'Vil du stoppe dette?',
  heldText: 'Nogen skrev din adresse på en hjemmeside for at stoppe: {purposes}. Tryk på den knap, der passer.',
  heldButton: 'Ja, stop nu',
  heldOther: 'Nej, behold',
  heldNote: 'Svarer du ikke, stopper det af sig selv inden for et døgn.',
  stoppedTitle: 'Det er stoppet',
  stoppedText: 'Stoppet: {purposes}. Der sendes ikke mere til dig for dette.',
  keptTitle: 'Alt er som før',
  keptText: 'Intet er ændret for: {purposes}.',
};

const en: AbuseTexts = {
  backTitle: 'Do you want it back?',
  backText: 'Somebody typed your address on a website and stopped: {purposes}. Press the button if it was not you, and your consent applies again.',
  backButton: 'Yes, give my consent back',
  backNote: 'Was it you? Close this page and it stays stopped.',
  givenBackTitle: 'Thank you, it applies again',
  givenBackText: 'Your consent applies again for: {purposes}. You can take it back whenever you like.',
  standsTitle: 'That is done already',
  standsText: 'It applies already for: {purposes}. There is nothing more for you to do.',
  closedTitle: 'This link no longer applies',
  closedText: 'You have decided something else since, or the link is too old. Sign up again if you want to.',
  heldTitle: 'Do you want to stop this?',
  heldText: 'Somebody typed your address on a website to stop: {purposes}. Press the button that is right.',
  heldButton: 'Yes, stop now',
  heldOther: 'No, keep it',
  heldNote: 'If you do not answer, it stops by itself within a day.',
  stoppedTitle: 'It has stopped',
  stoppedText: 'Stopped: {purposes}. Nothing more is sent to you for this.',
  keptTitle: 'Everything is as before',
  keptText: 'Nothing has changed for: {purposes}.',
};

const TEXTS: Record<Locale, AbuseTexts> = { sv, da, en };

type BackTexts = Pick<AbuseTexts, 'backText' | 'backButton' | 'givenBackText' | 'closedText'>;

/** What is said otherwise where what was stopped was no consent, or not only one. */
const TAKEN: Record<Exclude<Taken, 'consent'>, Record<Locale, BackTexts>> = {
  objection: {
    sv: {
      backText: 'Någon skrev din adress på en webbplats och sa nej till: {purposes}. Tryck på knappen om det inte var du, så gäller ditt nej inte längre.',
      backButton: 'Ja, ta tillbaka mitt nej',
      givenBackText: 'Ditt nej gäller inte längre för: {purposes}. Du kan säga nej igen när du vill.',
      closedText: 'Du har bestämt något annat sedan dess, eller så är länken för gammal. Inget har ändrats.',
    },
    da: {
      backText: 'Nogen skrev din adresse på en hjemmeside og sagde nej til: {purposes}. Tryk på knappen, hvis det ikke var dig, så gælder dit nej ikke længere.',
      backButton: 'Ja, træk mit nej tilbage',
      givenBackText: 'Dit nej gælder ikke længere for: {purposes}. Du kan sige nej igen, når du vil.',
      closedText: 'Du har bestemt noget andet siden, eller linket er for gammelt. Intet er ændret.',
    },
    en: {
      backText: 'Somebody typed your address on a website and said no to: {purposes}. Press the button if it was not you, and your no applies no longer.',
      backButton: 'Yes, take my no back',
      givenBackText: 'Your no applies no longer for: {purposes}. You can say no again whenever you like.',
      closedText: 'You have decided something else since, or the link is too old. Nothing has changed.',
    },
  },
  both: {
    sv: {
      backText: 'Någon skrev din adress på en webbplats och avslutade eller sa nej till: {purposes}. Tryck på knappen om det inte var du, så gäller allt som förut igen, både det du har samtyckt till och det du kan säga nej till.',
      backButton: 'Ja, låt allt gälla som förut',
      givenBackText: 'Allt gäller som förut igen: {purposes}. Du kan ta tillbaka det eller säga nej när du vill.',
      closedText: 'Du har bestämt något annat sedan dess, eller så är länken för gammal. Inget har ändrats.',
    },
    da: {
      backText: 'Nogen skrev din adresse på en hjemmeside og stoppede eller sagde nej til: {purposes}. Tryk på knappen, hvis det ikke var dig, så gælder alt som før igen, både det du har givet samtykke til, og det du kan sige nej til.',
      backButton: 'Ja, lad alt gælde som før',
      givenBackText: 'Alt gælder som før igen: {purposes}. Du kan trække det tilbage eller sige nej, når du vil.',
      closedText: 'Du har bestemt noget andet siden, eller linket er for gammelt. Intet er ændret.',
    },
    en: {
      backText: 'Somebody typed your address on a website and stopped or said no to: {purposes}. Press the button if it was not you, and all applies as before again, both what you consented to and what you can say no to.',
      backButton: 'Yes, let all apply as before',
      givenBackText: 'All applies as before again: {purposes}. You can take it back or say no whenever you like.',
      closedText: 'You have decided something else since, or the link is too old. Nothing has changed.',
    },
  },
};

/** `taken`: what a way back gives back. */
export function abuseTexts(locale: Locale, purposes: string, taken: Taken = 'consent'): AbuseTexts {
  const texts: AbuseTexts = taken === 'consent' ? TEXTS[locale] : { ...TEXTS[locale], ...TAKEN[taken][locale] };
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.replace('{purposes}', () => purposes)])) as unknown as AbuseTexts;
}
