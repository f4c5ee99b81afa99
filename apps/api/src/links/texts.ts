import type { Locale } from '#languages';

/** What the pages behind links say. `{purpose}` is the purpose's title in that language. */
interface LinkTexts {
  confirmTitle: string;
  confirmText: string;
  confirmButton: string;
  confirmParts: string;
  confirmNote: string;
  confirmedTitle: string;
  confirmedText: string;
  receiptLink: string;
  alreadyTitle: string;
  alreadyText: string;
  closedTitle: string;
  closedText: string;
  unsubscribeTitle: string;
  unsubscribeText: string;
  unsubscribeButton: string;
  unsubscribedTitle: string;
  unsubscribedText: string;
  toldTitle: string;
  toldText: string;
  unknownTitle: string;
  unknownText: string;
  allChoices: string;
  signIn: string;
}

const sv: LinkTexts = {
  confirmTitle: 'Bekräfta: {purpose}',
  confirmText: 'Tryck på knappen om det var du som bad om detta. Först då börjar det gälla.',
  confirmButton: 'Ja, jag bekräftar',
  confirmParts: 'Det gäller: {parts}.',
  confirmNote: 'Var det inte du? Stäng sidan, så händer ingenting.',
  confirmedTitle: 'Tack, det är bekräftat',
  confirmedText: 'Ditt samtycke till ”{purpose}” gäller från och med nu. Du kan ta tillbaka det när du vill.',
  receiptLink: 'Ditt kvitto',
  alreadyTitle: 'Det är redan klart',
  alreadyText: 'Ditt samtycke till ”{purpose}” är redan bekräftat. Du behöver inte göra något mer.',
  closedTitle: 'Länken gäller inte längre',
  closedText: 'Förfrågan om ”{purpose}” är avslutad eller ersatt av en nyare. Anmäl dig igen om du fortfarande vill.',
  unsubscribeTitle: 'Vill du avsluta ”{purpose}”?',
  unsubscribeText: 'Tryck på knappen så slutar vi direkt. Du behöver inte logga in.',
  unsubscribeButton: 'Ja, avsluta',
  unsubscribedTitle: 'Du är avanmäld',
  unsubscribedText: 'Vi har avslutat ”{purpose}”. Du får inget mer av det.',
  toldTitle: '”{purpose}” ingår alltid',
  toldText: 'Det krävs av ett avtal eller av lagen och går inte att stänga av här.',
  unknownTitle: 'Länken går inte att läsa',
  unknownText: 'Kontrollera att hela adressen kom med, eller använd länken i det senaste mejlet.',
  allChoices: 'Se alla dina val',
  signIn: 'Logga in och se alla dina val',
};

const da: LinkTexts = {
  confirmTitle: 'Bekræft: {purpose}',
  confirmText: 'Tryk på knappen, hvis det var dig, der bad om dette. Først da gælder det.',
  confirmButton: 'Ja, jeg bekræfter',
  confirmParts: 'Det gælder: {parts}.',
  confirmNote: 'Var det ikke dig? Luk siden, så sker der ingenting.',
  confirmedTitle: 'Tak, det er bekræftet',
  confirmedText: 'Dit samtykke til ”{purpose}” gælder fra nu af. Du kan trække det tilbage, når du vil.',
  receiptLink: 'Din kvittering',
  alreadyTitle: 'Det er allerede klaret',
  alreadyText: 'Dit samtykke til ”{purpose}” er allerede bekræftet. Du behøver ikke gøre mere.',
  closedTitle: 'Linket gælder ikke længere',
  closedText: 'Anmodningen om ”{purpose}” er afsluttet eller erstattet af en nyere. Tilmeld dig igen, hvis du stadig ønsker det.',
  unsubscribeTitle: 'Vil du stoppe ”{purpose}”?',
  unsubscribeText: 'Tryk på knappen, så stopper vi med det samme. Du behøver ikke logge ind.',
  unsubscribeButton: 'Ja, stop',
  unsubscribedTitle: 'Du er afmeldt',
  unsubscribedText: 'Vi har stoppet ”{purpose}”. Du får ikke mere af det.',
  toldTitle: '”{purpose}” er altid en del af det',
  toldText: 'Det kræves af en aftale eller af loven og kan ikke slås fra her.',
  unknownTitle: 'Linket kan ikke læses',
  unknownText: 'Se efter, at hele adressen kom med, eller brug linket i den seneste mail.',
  allChoices: 'Se alle dine valg',
  signIn: 'Log ind, og se alle dine valg',
};

const en: LinkTexts = {
  confirmTitle: 'Confirm: {purpose}',
  confirmText: 'Press the button if it was you who asked for this. Nothing applies before that.',
  confirmButton: 'Yes, I confirm',
  confirmParts: 'It is about: {parts}.',
  confirmNote: 'Was it not you? Close this page and nothing happens.',
  confirmedTitle: 'Thank you, that is confirmed',
  confirmedText: 'Your consent to “{purpose}” applies from now on. You can take it back whenever you like.',
  receiptLink: 'Your receipt',
  alreadyTitle: 'That is done already',
  alreadyText: 'Your consent to “{purpose}” has been confirmed. There is nothing more for you to do.',
  closedTitle: 'This link no longer applies',
  closedText: 'The request for “{purpose}” is closed, or a newer one has replaced it. Sign up again if you still want to.',
  unsubscribeTitle: 'Do you want to stop “{purpose}”?',
  unsubscribeText: 'Press the button and we stop at once. You do not have to sign in.',
  unsubscribeButton: 'Yes, stop',
  unsubscribedTitle: 'You are unsubscribed',
  unsubscribedText: 'We have stopped “{purpose}”. You get no more of it.',
  toldTitle: '“{purpose}” is always part of it',
  toldText: 'It is required by a contract or by law, and cannot be switched off here.',
  unknownTitle: 'This link cannot be read',
  unknownText: 'Check that the whole address was copied, or use the link in the latest mail.',
  allChoices: 'See all your choices',
  signIn: 'Sign in and see all your choices',
};

const TEXTS: Record<Locale, LinkTexts> = { sv, da, en };

export function textsIn(locale: Locale, purpose: string): LinkTexts {
  return Object.fromEntries(Object.entries(TEXTS[locale]).map(([name, text]) => [name, text.replace('{purpose}', () => purpose)])) as unknown as LinkTexts;
}
