/** What banner, preference centre and placeholders say beside the catalogue's own texts. */
export interface BannerWords {
  ask: string;
  about: string;
  by: string;
  refuse: string;
  accept: string;
  choose: string;
  more: string;
  settings: string;
  scope: string;
  always: string;
  save: string;
  close: string;
  saved: string;
  refused: string;
  text: string;
  held: string;
  allow: string;
}

/** The same, and what a sign-up says. */
export interface SiteWords extends BannerWords {
  email: string;
  send: string;
  sent: string;
  kept: string;
  rejected: string;
  changed: string;
  missing: string;
  linked: string;
}

const sv: SiteWords = {
  ask: 'Får vi använda fler kakor?',
  about: 'Vi frågar om:',
  by: 'Ansvarig:',
  refuse: 'Neka alla',
  accept: 'Godkänn alla',
  choose: 'Välj själv',
  more: 'Läs mer',
  settings: 'Kakinställningar',
  scope: 'Valen gäller den här webbläsaren. Du kan ändra dem när du vill.',
  always: 'Alltid på',
  save: 'Spara mina val',
  close: 'Stäng utan att ändra',
  saved: 'Dina val är sparade.',
  refused: 'Du har nekat alla utom de nödvändiga.',
  text: 'Hela informationen',
  held: 'Det här innehållet kommer från {host} och visas först när du har sagt ja till: {purposes}.',
  allow: 'Ja, visa innehållet',
  email: 'E-postadress',
  send: 'Anmäl mig',
  sent: 'Kolla din mejl: vi har skickat en länk som du bekräftar med. Först då börjar det gälla.',
  kept: 'Vi når inte servern just nu. Låt gärna sidan vara öppen: din anmälan skickas så snart det går.',
  changed: 'Texten har ändrats sedan sidan öppnades. Läs den och anmäl dig igen.',
  rejected: 'Det gick inte att anmäla. Kontrollera adressen och försök igen.',
  missing: 'Skriv en e-postadress, till exempel anna@example.se.',
  linked: 'Du har sagt ja till kakor: när du bekräftar kopplas den här webbläsaren till din adress.',
};

const da: SiteWords = {
  ask: 'Må vi bruge flere cookies?',
  about: 'Vi spørger om:',
  by: 'Ansvarlig:',
  refuse: 'Afvis alle',
  accept: 'Accepter alle',
  choose: 'Vælg selv',
  more: 'Læs mere',
  settings: 'Cookieindstillinger',
  scope: 'Valgene gælder denne browser. Du kan ændre dem, når du vil.',
  always: 'Altid til',
  save: 'Gem mine valg',
  close: 'Luk uden at ændre',
  saved: 'Dine valg er gemt.',
  refused: 'Du har afvist alle undtagen de nødvendige.',
  text: 'Hele informationen',
  held: 'Dette indhold kommer fra {host} og vises først, når du har sagt ja til: {purposes}.',
  allow: 'Ja, vis indholdet',
  email: 'E-mailadresse',
  send: 'Tilmeld mig',
  sent: 'Se i din mail: vi har sendt et link, som du bekræfter med. Først da gælder det.',
  kept: 'Vi kan ikke få fat i serveren lige nu. Lad gerne siden stå åben: din tilmelding sendes, så snart det kan lade sig gøre.',
  changed: 'Teksten er ændret, siden siden blev åbnet. Læs den, og tilmeld dig igen.',
  rejected: 'Tilmeldingen lykkedes ikke. Kontrollér adressen, og prøv igen.',
  missing: 'Skriv en e-mailadresse, for eksempel anna@example.dk.',
  linked: 'Du har sagt ja til cookies: når du bekræfter, knyttes denne browser til din adresse.',
};

const en: SiteWords = {
  ask: 'May we use more cookies?',
  about: 'We ask about:',
  by: 'Controller:',
  refuse: 'Refuse all',
  accept: 'Accept all',
  choose: 'Choose',
  more: 'Read more',
  settings: 'Cookie settings',
  scope: 'Your choices apply to this browser. You can change them whenever you like.',
  always: 'Always on',
  save: 'Save my choices',
  close: 'Close without changing',
  saved: 'Your choices are saved.',
  refused: 'You have refused all but the necessary ones.',
  text: 'The whole information',
  held: 'This content comes from {host} and is shown once you have said yes to: {purposes}.',
  allow: 'Yes, show the content',
  email: 'E-mail address',
  send: 'Sign me up',
  sent: 'Check your mail: we have sent a link for you to confirm with. Nothing applies before that.',
  kept: 'We cannot reach the server right now. Please leave this page open: your sign-up is sent as soon as possible.',
  changed: 'The text has changed since the page was opened. Read it and sign up again.',
  rejected: 'The sign-up did not go through. Check the address and try again.',
  missing: 'Write an e-mail address, for example anna@example.com.',
  linked: 'You have said yes to cookies: when you confirm, this browser is linked to your address.',
};

const WORDS: Record<string, SiteWords> = { sv, da, en };

export const WORD_LOCALES = Object.keys(WORDS);
/** Of a sign-up; it comes with its own answer, so that a banner need not carry them. */
const OF_FORMS = ['email', 'send', 'sent', 'kept', 'rejected', 'changed', 'missing', 'linked'];

export const wordsIn = (locale: string): SiteWords => WORDS[locale] ?? en;
export const bannerWordsIn = (locale: string): BannerWords => Object.fromEntries(Object.entries(wordsIn(locale)).filter(([name]) => !OF_FORMS.includes(name))) as unknown as BannerWords;
