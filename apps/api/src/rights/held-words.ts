import type { Locale } from '../links/texts.js';

/** What the page of held data says, in each of its languages. */
export interface HeldWords {
  title: string;
  lead: string;
  none: string;
  yes: string;
  no: string;
  whole: string;
  bytes: string;
  when: string;
  who: string;
  why: string;
  what: string;
  text: string;
  kind: string;
  value: string;
  purpose: string;
  allowed: string;
  state: string;
  basis: string;
  since: string;
  identifiers: string;
  identifiersLead: string;
  devices: string;
  devicesLead: string;
  device: string;
  purposes: string;
  purposesLead: string;
  history: string;
  historyLead: string;
  evidence: string;
  evidenceLead: string;
  reads: string;
  readsLead: string;
  recipients: string;
  recipientsLead: string;
  rights: string;
  rightsLead: string;
  kinds: Record<string, string>;
  evidenceKinds: Record<string, string>;
  statuses: Record<string, string>;
  bases: Record<string, string>;
  types: Record<string, string>;
  actors: Record<string, string>;
  /** Who signed in there decided himself, whatever program wrote it down. */
  portal: string;
}

const sv: HeldWords = {
  title: 'Det här har vi sparat om dig',
  lead: 'En fullständig kopia av det som samtyckesregistret har om dig. Gjord',
  none: 'Inget.',
  yes: 'Ja',
  no: 'Nej',
  whole: 'Allt om dig',
  bytes: 'fil, {n} byte',
  when: 'När',
  who: 'Vem',
  why: 'Varför',
  what: 'Vad som hände',
  text: 'Text som visades',
  kind: 'Slag',
  value: 'Innehåll',
  purpose: 'Ändamål',
  allowed: 'Får användas',
  state: 'Läge',
  basis: 'Rättslig grund',
  since: 'Sedan',
  identifiers: 'Så hittar vi dig',
  identifiersLead: 'Adresser och nummer som hör till dig.',
  devices: 'Kopplade enheter',
  devicesLead: 'Webbläsare som du har kopplat till dig, var och en med sitt nummer. Det du säger nej till gäller också där.',
  device: 'Enhet',
  purposes: 'Vad dina uppgifter används till',
  purposesLead: 'Varje ändamål, med grunden i lagen och om det är tillåtet just nu.',
  history: 'Allt som har hänt',
  historyLead: 'Varje beslut, i den ordning som det registrerades.',
  evidence: 'Underlag',
  evidenceLead: 'Det som visar hur besluten kom till. Ip-adressen är avkortad.',
  reads: 'Vem som har läst',
  readsLead: 'Varje gång någon har öppnat din historik.',
  recipients: 'Mottagare',
  recipientsLead: 'De slag av mottagare som kan få del av uppgifter.',
  rights: 'Dina rättigheter',
  rightsLead: 'Vad du kan begära. Rätten till tillgång har undantag i lag.',
  kinds: { email: 'E-post', phone: 'Telefon', customer: 'Kundnummer', portal: 'Konto i kundportalen' },
  evidenceKinds: { identifier: 'Adress som angavs', ip: 'Nätverk', 'user-agent': 'Webbläsare', gpc: 'Webbläsarens signal Global Privacy Control', url: 'Sida', text: 'Text', 'reason-text': 'Dina ord', file: 'Fil' },
  statuses: { unknown: 'Inget val', requested: 'Väntar på bekräftelse', given: 'Ja', renewed: 'Ja, förnyat', refused: 'Nej tack', withdrawn: 'Återtaget', expired: 'Utgånget', objected: 'Invändning', restricted: 'Begränsat' },
  bases: { 'eu-gdpr:A6-1-a': 'Samtycke', 'eu-gdpr:A6-1-b': 'Avtal', 'eu-gdpr:A6-1-c': 'Rättslig förpliktelse', 'eu-gdpr:A6-1-d': 'Grundläggande intressen', 'eu-gdpr:A6-1-f': 'Berättigat intresse' },
  types: {
    'consent-granted': 'Ja gavs', 'consent-withdrawn': 'Ja togs tillbaka', 'consent-refused': 'Nej sades', 'request-opened': 'Bekräftelse begärdes', 'request-closed': 'Förfrågan avslutades',
    'objection-raised': 'Invändning gjordes', 'objection-lifted': 'Invändning upphörde', 'preferences-changed': 'Önskemål ändrades', 'decision-recorded': 'Beslut noterades, utan verkan',
    'processing-restricted': 'Användningen begränsades', 'restriction-lifted': 'Begränsningen upphörde', 'right-requested': 'Rättighet begärdes', 'right-closed': 'Begäran avslutades',
    'identifiers-changed': 'Adresser ändrades', 'person-linked': 'Enhet kopplades', 'person-merged': 'Slogs ihop', 'person-split': 'Delades upp', 'person-erased': 'Raderades',
  },
  actors: { person: 'Du', device: 'Din enhet', unverified: 'Någon på webbplatsen', system: 'Ett av våra system', operator: 'En handläggare', ledger: 'Registret självt' },
  portal: 'Du, i kundportalen',
};

const da: HeldWords = {
  title: 'Det har vi gemt om dig',
  lead: 'En fuldstændig kopi af det, som samtykkeregisteret har om dig. Lavet',
  none: 'Intet.',
  yes: 'Ja',
  no: 'Nej',
  whole: 'Alt om dig',
  bytes: 'fil, {n} byte',
  when: 'Hvornår',
  who: 'Hvem',
  why: 'Hvorfor',
  what: 'Hvad der skete',
  text: 'Tekst, der blev vist',
  kind: 'Slags',
  value: 'Indhold',
  purpose: 'Formål',
  allowed: 'Må bruges',
  state: 'Status',
  basis: 'Retsgrundlag',
  since: 'Siden',
  identifiers: 'Sådan finder vi dig',
  identifiersLead: 'Adresser og numre, der hører til dig.',
  devices: 'Koblede enheder',
  devicesLead: 'Browsere, som du har koblet til dig, hver med sit nummer. Det, du siger nej til, gælder også der.',
  device: 'Enhed',
  purposes: 'Hvad dine oplysninger bruges til',
  purposesLead: 'Hvert formål med dets retsgrundlag, og om det er tilladt lige nu.',
  history: 'Alt, hvad der er sket',
  historyLead: 'Hver beslutning i den rækkefølge, den blev registreret.',
  evidence: 'Dokumentation',
  evidenceLead: 'Det, der viser, hvordan beslutningerne blev til. Ip-adressen er afkortet.',
  reads: 'Hvem der har læst',
  readsLead: 'Hver gang nogen har åbnet din historik.',
  recipients: 'Modtagere',
  recipientsLead: 'De slags modtagere, der kan få oplysninger.',
  rights: 'Dine rettigheder',
  rightsLead: 'Hvad du kan bede om. Retten til indsigt har undtagelser i loven.',
  kinds: { email: 'E-mail', phone: 'Telefon', customer: 'Kundenummer', portal: 'Konto i kundeportalen' },
  evidenceKinds: { identifier: 'Adresse, der blev angivet', ip: 'Netværk', 'user-agent': 'Browser', gpc: 'Browserens signal Global Privacy Control', url: 'Side', text: 'Tekst', 'reason-text': 'Dine ord', file: 'Fil' },
  statuses: { unknown: 'Intet valg', requested: 'Venter på bekræftelse', given: 'Ja', renewed: 'Ja, fornyet', refused: 'Nej tak', withdrawn: 'Trukket tilbage', expired: 'Udløbet', objected: 'Indsigelse', restricted: 'Begrænset' },
  bases: { 'eu-gdpr:A6-1-a': 'Samtykke', 'eu-gdpr:A6-1-b': 'Aftale', 'eu-gdpr:A6-1-c': 'Retlig forpligtelse', 'eu-gdpr:A6-1-d': 'Vitale interesser', 'eu-gdpr:A6-1-f': 'Legitim interesse' },
  types: {
    'consent-granted': 'Ja blev givet', 'consent-withdrawn': 'Ja blev trukket tilbage', 'consent-refused': 'Nej blev sagt', 'request-opened': 'Bekræftelse blev bedt om', 'request-closed': 'Anmodning blev lukket',
    'objection-raised': 'Indsigelse blev gjort', 'objection-lifted': 'Indsigelse ophørte', 'preferences-changed': 'Ønsker blev ændret', 'decision-recorded': 'Beslutning blev noteret, uden virkning',
    'processing-restricted': 'Brugen blev begrænset', 'restriction-lifted': 'Begrænsningen ophørte', 'right-requested': 'Rettighed blev bedt om', 'right-closed': 'Anmodningen blev afsluttet',
    'identifiers-changed': 'Adresser blev ændret', 'person-linked': 'Enhed blev koblet', 'person-merged': 'Blev lagt sammen', 'person-split': 'Blev delt op', 'person-erased': 'Blev slettet',
  },
  actors: { person: 'Dig', device: 'Din enhed', unverified: 'Nogen på webstedet', system: 'Et af vores systemer', operator: 'En sagsbehandler', ledger: 'Registeret selv' },
  portal: 'Dig, i kundeportalen',
};

const en: HeldWords = {
  title: 'What we hold about you',
  lead: 'A complete copy of what the consent ledger holds about you. Made',
  none: 'Nothing.',
  yes: 'Yes',
  no: 'No',
  whole: 'All about you',
  bytes: 'file, {n} bytes',
  when: 'When',
  who: 'Who',
  why: 'Why',
  what: 'What happened',
  text: 'Text that was shown',
  kind: 'Kind',
  value: 'Content',
  purpose: 'Purpose',
  allowed: 'May be used',
  state: 'State',
  basis: 'Legal basis',
  since: 'Since',
  identifiers: 'How we find you',
  identifiersLead: 'Addresses and numbers that belong to you.',
  devices: 'Linked devices',
  devicesLead: 'Browsers that you have linked to yourself, each by its number. What you say no to holds there too.',
  device: 'Device',
  purposes: 'What your data is used for',
  purposesLead: 'Every purpose with its basis in law, and whether it is allowed right now.',
  history: 'All that has happened',
  historyLead: 'Every decision, in the order in which it was recorded.',
  evidence: 'Evidence',
  evidenceLead: 'What shows how the decisions came about. The IP address is cut short.',
  reads: 'Who has read',
  readsLead: 'Every time somebody opened your history.',
  recipients: 'Recipients',
  recipientsLead: 'The kinds of recipients that may be given data.',
  rights: 'Your rights',
  rightsLead: 'What you can ask for. The right of access has exceptions in law.',
  kinds: { email: 'E-mail', phone: 'Phone', customer: 'Customer number', portal: 'Account of the customer portal' },
  evidenceKinds: { identifier: 'Address that was given', ip: 'Network', 'user-agent': 'Browser', gpc: 'The browser’s Global Privacy Control signal', url: 'Page', text: 'Text', 'reason-text': 'Your words', file: 'File' },
  statuses: { unknown: 'No choice', requested: 'Waits for confirmation', given: 'Yes', renewed: 'Yes, renewed', refused: 'No', withdrawn: 'Withdrawn', expired: 'Expired', objected: 'Objection', restricted: 'Restricted' },
  bases: { 'eu-gdpr:A6-1-a': 'Consent', 'eu-gdpr:A6-1-b': 'Contract', 'eu-gdpr:A6-1-c': 'Legal obligation', 'eu-gdpr:A6-1-d': 'Vital interests', 'eu-gdpr:A6-1-f': 'Legitimate interest' },
  types: {
    'consent-granted': 'Yes was given', 'consent-withdrawn': 'Yes was taken back', 'consent-refused': 'No was said', 'request-opened': 'Confirmation was asked for', 'request-closed': 'The request was closed',
    'objection-raised': 'An objection was made', 'objection-lifted': 'An objection ended', 'preferences-changed': 'Wishes were changed', 'decision-recorded': 'A decision was noted, without effect',
    'processing-restricted': 'Use was restricted', 'restriction-lifted': 'The restriction ended', 'right-requested': 'A right was asked for', 'right-closed': 'The request was closed',
    'identifiers-changed': 'Addresses were changed', 'person-linked': 'A device was linked', 'person-merged': 'Was merged', 'person-split': 'Was split', 'person-erased': 'Was erased',
  },
  actors: { person: 'You', device: 'Your device', unverified: 'Somebody on the website', system: 'One of our systems', operator: 'A case worker', ledger: 'The ledger itself' },
  portal: 'You, in the customer portal',
};

export const heldWords: Record<Locale, HeldWords> = { sv, da, en };
