import type { Locale } from '../links/texts.js';

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
  withdraw: string;
  withdrawText: string;
  rights: string;
  proof: string;
  proofText: string;
  event: string;
  hash: string;
  index: string;
  signature: string;
  download: string;
  decisions: Record<string, string>;
}

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
  withdraw: 'Ångra dig',
  withdrawText: 'Du kan ta tillbaka ett ja när du vill: med länken i varje mejl, i portalen eller genom att skriva till {contact}.',
  rights: 'Dina rättigheter',
  proof: 'Bevis',
  proofText: 'Beslutet är en rad i en offentlig logg. Så länge du har kvittot kan ingen ändra raden utan att det syns.',
  event: 'Händelse',
  hash: 'Kontrollsumma',
  index: 'Plats i loggen',
  signature: 'Underskrift (JWS)',
  download: 'Hämta den undertecknade filen (JSON-LD)',
  decisions: { request: 'Förfrågan', grant: 'Ja', refuse: 'Nej tack', withdraw: 'Ja togs tillbaka', object: 'Invändning', lift: 'Invändning togs tillbaka' },
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
  withdraw: 'Fortryd',
  withdrawText: 'Du kan trække et ja tilbage, når du vil: med linket i hver mail, i portalen eller ved at skrive til {contact}.',
  rights: 'Dine rettigheder',
  proof: 'Bevis',
  proofText: 'Beslutningen er en linje i en offentlig log. Så længe du har kvitteringen, kan ingen ændre linjen, uden at det ses.',
  event: 'Hændelse',
  hash: 'Kontrolsum',
  index: 'Plads i loggen',
  signature: 'Underskrift (JWS)',
  download: 'Hent den underskrevne fil (JSON-LD)',
  decisions: { request: 'Anmodning', grant: 'Ja', refuse: 'Nej tak', withdraw: 'Ja blev trukket tilbage', object: 'Indsigelse', lift: 'Indsigelse blev trukket tilbage' },
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
  withdraw: 'Changed your mind?',
  withdrawText: 'You can take back a yes whenever you like: by the link in every mail, in the portal, or by writing to {contact}.',
  rights: 'Your rights',
  proof: 'Proof',
  proofText: 'The decision is one line of a public log. As long as you have this receipt, nobody can change that line unseen.',
  event: 'Event',
  hash: 'Hash',
  index: 'Place in the log',
  signature: 'Signature (JWS)',
  download: 'Download the signed file (JSON-LD)',
  decisions: { request: 'Request', grant: 'Yes', refuse: 'No thanks', withdraw: 'Yes taken back', object: 'Objection', lift: 'Objection taken back' },
};

export const receiptWords: Record<Locale, ReceiptWords> = { sv, da, en };
