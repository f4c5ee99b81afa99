import type { LeftOut } from '../store/recipients.js';

export const LANGUAGES = ['sv', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Everything a page says, in one language. */
export interface Words {
  title: string;
  skip: string;
  otherLanguage: { code: Language; name: string };
  states: Record<'following' | 'learning' | 'waiting', string>;
  mayBeWritten: (count: number) => string;
  mayBeWrittenNow: string;
  paused: (count: number) => string;
  tooSoon: (count: number) => string;
  noneYet: string;
  issuesSent: (count: number) => string;
  latestReaction: string;
  afterDecision: string;
  nothingYet: string;
  write: string;
  writeHint: string;
  subject: string;
  body: string;
  bodyHint: string;
  topic: string;
  language: string;
  ofInterestToAll: string;
  narrows: Record<'topic' | 'language', string>;
  send: (count: number) => string;
  sendHint: string;
  happened: string;
  happenedHint: string;
  nothingHappened: string;
  kinds: Record<'granted' | 'withdrawn' | 'ended' | 'refused' | 'requested' | 'closed' | 'changed', string>;
  reasons: Record<string, string>;
  tookPlace: (duration: string) => string;
  issues: string;
  noIssues: string;
  columns: Record<'subject' | 'when' | 'sent' | 'leftOut' | 'waiting', string>;
  sentCount: (count: number) => string;
  leftOutCount: (count: number) => string;
  waitingCount: (count: number) => string;
  finished: string;
  underWay: string;
  leftOut: Record<LeftOut, string>;
  back: string;
  written: string;
  errors: Record<'id' | 'list' | 'subject' | 'body' | 'topic' | 'language' | 'summary' | 'notFound' | 'failed', string>;
}

const sv: Words = {
  title: 'Nyhetsbrevet',
  skip: 'Till innehållet',
  otherLanguage: { code: 'en', name: 'English' },
  states: { following: 'Följer besluten', learning: 'Läser in besluten', waiting: 'Väntar på förbindelse' },
  mayBeWritten: (count) => (count === 1 ? 'person på listan' : 'personer på listan'),
  mayBeWrittenNow: 'Alla har sagt ja, och kan få ett brev just nu.',
  paused: (count) => `${count} av dem har bett om en paus.`,
  tooSoon: (count) => `${count} av dem vill ha färre brev, och har fått ett nyligen.`,
  noneYet: 'Ingen har sagt ja ännu. Så snart någon gör det syns det här.',
  issuesSent: () => 'utskick',
  latestReaction: 'senaste beslutet verkställt',
  afterDecision: 'efter att det fattades',
  nothingYet: 'inget beslut ännu',
  write: 'Skriv ett utskick',
  writeHint: 'Brevet får en länk och en knapp för att avsluta prenumerationen med ett klick.',
  subject: 'Ämne',
  body: 'Text',
  bodyHint: 'En tom rad börjar ett nytt stycke.',
  topic: 'Område',
  language: 'Språk',
  ofInterestToAll: 'För alla',
  narrows: { topic: 'Den som har önskat andra områden får inte brevet.', language: 'Den som har önskat ett annat språk får inte brevet.' },
  send: (count) => `Skicka till ${count} ${count === 1 ? 'mottagare' : 'mottagare'}`,
  sendHint: 'Var och en tillfrågas en sista gång när brevet lämnar huset. Den som just har sagt nej får inget.',
  happened: 'Det som händer',
  happenedHint: 'Varje beslut, och hur fort listan följde med.',
  nothingHappened: 'Inget ännu. Beslut dyker upp här i samma stund som de verkställs.',
  kinds: { granted: 'Sa ja', withdrawn: 'Tog tillbaka sitt ja', ended: 'Ett ja upphörde', refused: 'Sa nej', requested: 'Väntar på bekräftelse', closed: 'Bekräftade aldrig', changed: 'Ändrade sina val' },
  reasons: {
    person: 'eget beslut', 'one-click': 'ett klick i brevet', unverified: 'via formulär', expired: 'gick ut', 'notice-changed': 'ny information',
    merged: 'sammanslagen', split: 'delad', erased: 'raderad', retention: 'gallrad', import: 'import', operator: 'handläggare', gpc: 'webbläsarens signal', 'linked-person': 'följde personen',
  },
  tookPlace: (duration) => `verkställt på ${duration}`,
  issues: 'Utskick',
  noIssues: 'Inget har skickats ännu.',
  columns: { subject: 'Ämne', when: 'Skickat', sent: 'Fått', leftOut: 'Utelämnade', waiting: 'Väntar' },
  sentCount: (count) => `${count} har fått brevet`,
  leftOutCount: (count) => `${count} ${count === 1 ? 'utelämnad' : 'utelämnade'}`,
  waitingCount: (count) => `${count} väntar`,
  finished: 'Klart',
  underWay: 'Skickas',
  leftOut: {
    withdrawn: 'fick inte skrivas till när brevet skulle gå',
    paused: 'hade bett om en paus',
    topic: 'önskar andra områden',
    language: 'önskar ett annat språk',
    'too-soon': 'önskar färre brev, och fick ett nyligen',
    'no-address': 'saknar e-postadress',
    refused: 'avvisades av mottagarens server',
    'put-off': 'togs inte emot på en vecka, till exempel av en full brevlåda',
    unclear: 'avbröts i överlämningen, och skickas inte igen',
  },
  back: 'Till översikten',
  written: 'Brevet',
  errors: {
    summary: 'Brevet skickades inte.',
    id: 'Brevet skickades inte, för ett annat har redan skickats från samma sida. Det du skrev står kvar: skicka igen om båda ska gå ut.',
    list: 'Brevet skickades inte, för besluten läses fortfarande in: alla som får skrivas till är inte kända än. Det du skrev står kvar: försök igen om en stund.',
    subject: 'Skriv ett ämne på högst 200 tecken.',
    body: 'Skriv en text på högst 50 000 tecken.',
    topic: 'Välj ett område i listan.',
    language: 'Välj ett språk i listan.',
    notFound: 'Det finns inget sådant utskick.',
    failed: 'Något gick fel. Försök igen om en stund.',
  },
};

const en: Words = {
  title: 'The newsletter',
  skip: 'Skip to content',
  otherLanguage: { code: 'sv', name: 'Svenska' },
  states: { following: 'Following decisions', learning: 'Reading decisions', waiting: 'Waiting for a connection' },
  mayBeWritten: (count) => (count === 1 ? 'person on the list' : 'people on the list'),
  mayBeWrittenNow: 'All of them said yes, and can be written to right now.',
  paused: (count) => `${count} of them asked for a pause.`,
  tooSoon: (count) => `${count} of them wish for fewer issues, and had one not long ago.`,
  noneYet: 'Nobody has said yes so far. As soon as somebody does, it shows here.',
  issuesSent: (count) => (count === 1 ? 'issue' : 'issues'),
  latestReaction: 'latest decision carried out',
  afterDecision: 'after it was taken',
  nothingYet: 'no decision so far',
  write: 'Write an issue',
  writeHint: 'The mail carries a link and a one-click button that end the subscription.',
  subject: 'Subject',
  body: 'Text',
  bodyHint: 'An empty line begins a new paragraph.',
  topic: 'Topic',
  language: 'Language',
  ofInterestToAll: 'For everybody',
  narrows: { topic: 'Who wishes for other topics is left out.', language: 'Who wishes for another language is left out.' },
  send: (count) => `Send to ${count} ${count === 1 ? 'person' : 'people'}`,
  sendHint: 'Each of them is asked about once more as the mail leaves the house. Whoever has just said no gets nothing.',
  happened: 'What happens',
  happenedHint: 'Every decision, and how fast the list followed.',
  nothingHappened: 'Nothing so far. Decisions turn up here the moment they are carried out.',
  kinds: { granted: 'Said yes', withdrawn: 'Took the yes back', ended: 'A yes ended', refused: 'Said no', requested: 'Waits for confirmation', closed: 'Never confirmed', changed: 'Changed preferences' },
  reasons: {
    person: 'own decision', 'one-click': 'one click in the mail', unverified: 'by form', expired: 'ran out', 'notice-changed': 'new information',
    merged: 'merged', split: 'split', erased: 'erased', retention: 'retention', import: 'import', operator: 'operator', gpc: 'browser signal', 'linked-person': 'followed the person',
  },
  tookPlace: (duration) => `carried out in ${duration}`,
  issues: 'Issues',
  noIssues: 'Nothing has been sent so far.',
  columns: { subject: 'Subject', when: 'Sent', sent: 'Received', leftOut: 'Left out', waiting: 'Waiting' },
  sentCount: (count) => `${count} received it`,
  leftOutCount: (count) => `${count} left out`,
  waitingCount: (count) => `${count} waiting`,
  finished: 'Done',
  underWay: 'Sending',
  leftOut: {
    withdrawn: 'were not to be written to when the mail was to leave',
    paused: 'had asked for a pause',
    topic: 'wish for other topics',
    language: 'wish for another language',
    'too-soon': 'wish for fewer issues, and had one not long ago',
    'no-address': 'without an e-mail address',
    refused: 'refused by the receiving server',
    'put-off': 'put off for a week, as by a full mailbox',
    unclear: 'cut off while handed over, and not sent again',
  },
  back: 'To the overview',
  written: 'The mail',
  errors: {
    summary: 'The mail was not sent.',
    id: 'The mail was not sent, since another one was sent from the same page already. What you wrote is still here: send it again if both are to go out.',
    list: 'The mail was not sent, since the decisions are still being read: not everybody who may be written to is known yet. What you wrote is still here: try again in a moment.',
    subject: 'Write a subject of at most 200 characters.',
    body: 'Write a text of at most 50,000 characters.',
    topic: 'Choose a topic from the list.',
    language: 'Choose a language from the list.',
    notFound: 'There is no such issue.',
    failed: 'Something went wrong. Try again in a moment.',
  },
};

export const WORDS: Record<Language, Words> = { sv, en };
