import type { Locale } from '#languages';

export interface ReceiptWords {
  title: string;
  lead: string;
  when: string;
  answer: string;
  effect: string;
  noted: string;
  since: string;
  controller: string;
  basis: string;
  state: string;
  channels: string;
  partners: string;
  validUntil: string;
  shown: string;
  retention: string;
  categories: string;
  recipients: string;
  topics: string;
  frequency: string;
  language: string;
  pausedUntil: string;
  wishes: string;
  noWishes: string;
  undo: string;
  /** How what stands now is changed: one sentence for each kind of it. */
  undoes: Record<Undoes, string>;
  rights: string;
  proof: string;
  proofText: string;
  event: string;
  hash: string;
  index: string;
  signature: string;
  download: string;
  /** Where a part was withdrawn, and the rest stands. */
  less: string;
  decisions: Record<string, string>;
  /** What the person did himself, by the type of the event; what others did is told without a doer. A withdrawal may come where there was no yes, which its event does not tell. */
  own: Record<string, string>;
}

/** A yes, a no, an objection, one taken back, a request, or wishes. */
export type Undoes = 'yes' | 'no' | 'objected' | 'lifted' | 'requested' | 'wishes';

const sv: ReceiptWords = {
  title: 'Ditt kvitto',
  lead: 'Så här svarade du, och det här fick du veta då. Spara eller skriv ut det.',
  when: 'När',
  answer: 'Ditt svar',
  effect: 'Verkan',
  noted: 'Svaret noterades i efterhand och ändrade inte läget nedan.',
  since: 'Gäller sedan',
  controller: 'Ansvarig',
  basis: 'Rättslig grund',
  state: 'Läge',
  channels: 'Kanaler',
  partners: 'Partner',
  validUntil: 'Gäller till',
  shown: 'Text som visades',
  retention: 'Hur länge uppgifterna sparas',
  categories: 'Vilka uppgifter',
  recipients: 'Vem som kan få dem',
  topics: 'Om vad',
  frequency: 'Hur ofta',
  language: 'Språk',
  pausedUntil: 'Pausat till',
  wishes: 'Önskemål',
  noWishes: 'Inga',
  undo: 'Ångra dig',
  undoes: {
    yes: 'Du kan ta tillbaka ett ja när du vill: med länken i varje mejl, i portalen eller genom att skriva till {contact}.',
    no: 'Ditt nej gäller tills du säger något annat. Ändrar du dig kan du säga ja på webbplatsen eller i portalen.',
    objected: 'Din invändning gäller tills du tar tillbaka den. Det kan du göra när du vill i portalen.',
    lifted: 'Du kan invända igen när du vill: i portalen eller genom att skriva till {contact}.',
    requested: 'Inget gäller förrän du har bekräftat med länken i mejlet. Bekräftar du inte händer ingenting.',
    wishes: 'Önskemål och pauser kan du ändra när du vill i portalen.',
  },
  rights: 'Dina rättigheter',
  proof: 'Bevis',
  proofText: 'Beslutet är en rad i en offentlig logg. Så länge du har kvittot kan ingen ändra raden utan att det syns.',
  event: 'Händelse',
  hash: 'Kontrollsumma',
  index: 'Plats i loggen',
  signature: 'Underskrift (JWS)',
  download: 'Hämta den undertecknade filen (JSON-LD)',
  less: 'Mindre än förut',
  decisions: { request: 'Förfrågan', grant: 'Ja', refuse: 'Nej tack', withdraw: 'Nej', object: 'Invändning', lift: 'Invändning togs tillbaka' },
  own: {
    'consent-granted': 'Du sa ja', 'consent-refused': 'Du sa nej', 'consent-withdrawn': 'Du sa nej', 'objection-raised': 'Du invände', 'objection-lifted': 'Du tog tillbaka din invändning',
    'preferences-changed': 'Du ändrade dina önskemål',
  },
};

const da: ReceiptWords = {
  title: 'Din kvittering',
  lead: 'Sådan svarede du, og det her fik du at vide. Gem eller udskriv den.',
  when: 'Hvornår',
  answer: 'Dit svar',
  effect: 'Virkning',
  noted: 'Svaret blev noteret efterfølgende og ændrede ikke status nedenfor.',
  since: 'Gælder siden',
  controller: 'Ansvarlig',
  basis: 'Retsgrundlag',
  state: 'Status',
  channels: 'Kanaler',
  partners: 'Partnere',
  validUntil: 'Gælder til',
  shown: 'Tekst, der blev vist',
  retention: 'Hvor længe oplysningerne gemmes',
  categories: 'Hvilke oplysninger',
  recipients: 'Hvem der kan få dem',
  topics: 'Om hvad',
  frequency: 'Hvor ofte',
  language: 'Sprog',
  pausedUntil: 'På pause til',
  wishes: 'Ønsker',
  noWishes: 'Ingen',
  undo: 'Fortryd',
  undoes: {
    yes: 'Du kan trække et ja tilbage, når du vil: med linket i hver mail, i portalen eller ved at skrive til {contact}.',
    no: 'Dit nej gælder, indtil du siger noget andet. Skifter du mening, kan du sige ja på hjemmesiden eller i portalen.',
    objected: 'Din indsigelse gælder, indtil du trækker den tilbage. Det kan du gøre i portalen, når du vil.',
    lifted: 'Du kan gøre indsigelse igen, når du vil: i portalen eller ved at skrive til {contact}.',
    requested: 'Intet gælder, før du har bekræftet med linket i mailen. Bekræfter du ikke, sker der ingenting.',
    wishes: 'Ønsker og pauser kan du ændre i portalen, når du vil.',
  },
  rights: 'Dine rettigheder',
  proof: 'Bevis',
  proofText: 'Beslutningen er en linje i en offentlig log. Så længe du har kvitteringen, kan ingen ændre linjen, uden at det ses.',
  event: 'Hændelse',
  hash: 'Kontrolsum',
  index: 'Plads i loggen',
  signature: 'Underskrift (JWS)',
  download: 'Hent den underskrevne fil (JSON-LD)',
  less: 'Mindre end før',
  decisions: { request: 'Anmodning', grant: 'Ja', refuse: 'Nej tak', withdraw: 'Nej', object: 'Indsigelse', lift: 'Indsigelse blev trukket tilbage' },
  own: {
    'consent-granted': 'Du sagde ja', 'consent-refused': 'Du sagde nej', 'consent-withdrawn': 'Du sagde nej', 'objection-raised': 'Du gjorde indsigelse', 'objection-lifted': 'Du trak din indsigelse tilbage',
    'preferences-changed': 'Du ændrede dine ønsker',
  },
};

const en: ReceiptWords = {
  title: 'Your receipt',
  lead: 'This is what you answered, and what you were told then. Keep it or print it.',
  when: 'When',
  answer: 'Your answer',
  effect: 'Effect',
  noted: 'The answer was noted afterwards and did not change the state below.',
  since: 'Holds since',
  controller: 'Controller',
  basis: 'Legal basis',
  state: 'State',
  channels: 'Channels',
  partners: 'Partners',
  validUntil: 'Valid until',
  shown: 'Text that was shown',
  retention: 'How long data is kept',
  categories: 'Which data',
  recipients: 'Who may be given it',
  topics: 'About what',
  frequency: 'How often',
  language: 'Language',
  pausedUntil: 'Paused until',
  wishes: 'Wishes',
  noWishes: 'None',
  undo: 'Changed your mind?',
  undoes: {
    yes: 'You can take back a yes whenever you like: by the link in every mail, in the portal, or by writing to {contact}.',
    no: 'Your no holds until you say otherwise. If you change your mind, you can say yes on the website or in the portal.',
    objected: 'Your objection holds until you take it back. You can do that in the portal whenever you like.',
    lifted: 'You can object again whenever you like: in the portal, or by writing to {contact}.',
    requested: 'Nothing holds before you have confirmed by the link in the mail. If you do not confirm, nothing happens.',
    wishes: 'You can change wishes and pauses in the portal whenever you like.',
  },
  rights: 'Your rights',
  proof: 'Proof',
  proofText: 'The decision is one line of a public log. As long as you have this receipt, nobody can change that line unseen.',
  event: 'Event',
  hash: 'Hash',
  index: 'Place in the log',
  signature: 'Signature (JWS)',
  download: 'Download the signed file (JSON-LD)',
  less: 'Less than before',
  decisions: { request: 'Request', grant: 'Yes', refuse: 'No thanks', withdraw: 'No', object: 'Objection', lift: 'Objection taken back' },
  own: {
    'consent-granted': 'You said yes', 'consent-refused': 'You said no', 'consent-withdrawn': 'You said no', 'objection-raised': 'You objected', 'objection-lifted': 'You took your objection back',
    'preferences-changed': 'You changed your wishes',
  },
};

export const receiptWords: Record<Locale, ReceiptWords> = { sv, da, en };
