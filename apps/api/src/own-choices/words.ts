import type { Locale } from '#languages';

type Group = 'consent' | 'interest' | 'device' | 'told';

/** What the page behind a link to one's choices says. `{title}` is a purpose's title, `{day}` a day. */
export interface OwnWords {
  title: string;
  lead: string;
  language: string;
  groups: Record<Group, { title: string; text: string }>;
  on: string;
  off: string;
  inUse: string;
  objected: string;
  /** A no against which the company has grounds to go on (GDPR 21(1)). */
  overridden: string;
  requested: string;
  restricted: string;
  paused: string;
  silenced: string;
  perDevice: string;
  allDevicesOff: string;
  since: string;
  until: string;
  basis: string;
  /** Before the title of the text that a yes was given under. */
  text: string;
  stop: string;
  object: string;
  refuse: string;
  all: string;
  allText: string;
  stopped: string;
  allStopped: string;
  notPossible: string;
  moreTitle: string;
  moreText: string;
  signIn: string;
  movedTitle: string;
  movedText: string;
  nothingTitle: string;
  nothingText: string;
}

const sv: OwnWords = {
  title: 'Dina val',
  lead: 'Det här gäller för dig just nu. Ett nej räknas direkt. Du behöver inte logga in.',
  language: 'Språk',
  groups: {
    consent: { title: 'Bara om du säger ja', text: 'Ett ja kan du ta tillbaka när du vill.' },
    interest: { title: 'Tills du säger nej', text: 'Det här gör vi för att vi har ett berättigat intresse. Du kan invända.' },
    device: { title: 'Kakor och plats', text: 'Ett ja ger du på varje enhet. Här säger du nej för alla dina enheter på en gång.' },
    told: { title: 'Ingår alltid', text: 'Det krävs av ett avtal eller av lagen och går inte att stänga av.' },
  },
  on: 'På',
  off: 'Av',
  inUse: 'Används',
  objected: 'Du har sagt nej',
  overridden: 'Du har sagt nej, men vi har tvingande skäl att fortsätta',
  requested: 'Väntar på att du bekräftar i mejlet',
  restricted: 'Begränsat på din begäran',
  paused: 'Pausat till {day}',
  silenced: 'Stoppat just nu, men ditt ja finns kvar',
  perDevice: 'Ställs in per enhet',
  allDevicesOff: 'Du sade nej för alla dina enheter den {day}',
  since: 'sedan {day}',
  until: 'till {day}',
  basis: 'Rättslig grund',
  text: 'Texten du sa ja till',
  stop: 'Sluta',
  object: 'Säg nej',
  refuse: 'Nej på alla enheter',
  all: 'Säg nej till allt',
  allText: 'Stoppar allt på sidan som går att stoppa.',
  stopped: 'Sparat: vi har stoppat ”{title}”.',
  allStopped: 'Sparat: allt som går att stoppa är stoppat.',
  notPossible: 'Inget har ändrats. Det går inte att stoppa här.',
  moreTitle: 'Mer om dina uppgifter',
  moreText: 'Vill du säga ja till något, se historiken, hämta en kopia, rätta eller radera? Det gör du i portalen, för då behöver vi veta att det är du.',
  signIn: 'Logga in i portalen',
  movedTitle: 'Länken hör till en äldre adress',
  movedText: 'Adressen som mejlet gick till hör inte längre till någon hos oss. Vi visar därför inget här, men du kan fortfarande säga nej.',
  nothingTitle: 'Här finns inget sparat',
  nothingText: 'Vi har inga val och inga uppgifter bakom den här länken. Inget skickas till dig.',
};

const da: OwnWords = {
  title: 'Dine valg',
  lead: 'Det her gælder for dig lige nu. Et nej tæller med det samme. Du behøver ikke logge ind.',
  language: 'Sprog',
  groups: {
    consent: { title: 'Kun hvis du siger ja', text: 'Et ja kan du trække tilbage, når du vil.' },
    interest: { title: 'Indtil du siger nej', text: 'Det gør vi, fordi vi har en legitim interesse. Du kan gøre indsigelse.' },
    device: { title: 'Cookies og placering', text: 'Et ja giver du på hver enhed. Her siger du nej for alle dine enheder på én gang.' },
    told: { title: 'Altid en del af det', text: 'Det kræves af en aftale eller af loven og kan ikke slås fra.' },
  },
  on: 'Slået til',
  off: 'Slået fra',
  inUse: 'Bruges',
  objected: 'Du har sagt nej',
  overridden: 'Du har sagt nej, men vi har tvingende grunde til at fortsætte',
  requested: 'Venter på, at du bekræfter i mailen',
  restricted: 'Begrænset på din anmodning',
  paused: 'På pause til {day}',
  silenced: 'Stoppet lige nu, men dit ja er der stadig',
  perDevice: 'Indstilles på hver enhed',
  allDevicesOff: 'Du sagde nej for alle dine enheder den {day}',
  since: 'siden {day}',
  until: 'til {day}',
  basis: 'Retsgrundlag',
  text: 'Teksten, du sagde ja til',
  stop: 'Stop',
  object: 'Sig nej',
  refuse: 'Nej på alle enheder',
  all: 'Sig nej til alt',
  allText: 'Stopper alt på siden, der kan stoppes.',
  stopped: 'Gemt: vi har stoppet ”{title}”.',
  allStopped: 'Gemt: alt, der kan stoppes, er stoppet.',
  notPossible: 'Intet er ændret. Det kan ikke stoppes her.',
  moreTitle: 'Mere om dine oplysninger',
  moreText: 'Vil du sige ja til noget, se historikken, hente en kopi, rette eller slette? Det gør du i portalen, for så skal vi vide, at det er dig.',
  signIn: 'Log ind i portalen',
  movedTitle: 'Linket hører til en ældre adresse',
  movedText: 'Adressen, som mailen gik til, hører ikke længere til nogen hos os. Vi viser derfor intet her, men du kan stadig sige nej.',
  nothingTitle: 'Her er intet gemt',
  nothingText: 'Vi har ingen valg og ingen oplysninger bag dette link. Der sendes intet til dig.',
};

const en: OwnWords = {
  title: 'Your choices',
  lead: 'This is what holds for you right now. A no counts at once. You do not have to sign in.',
  language: 'Language',
  groups: {
    consent: { title: 'Only if you say yes', text: 'You can take a yes back at any time.' },
    interest: { title: 'Until you say no', text: 'We do this because we have a legitimate interest in it. You can object.' },
    device: { title: 'Cookies and location', text: 'You say yes on each device. Here you say no for all your devices at once.' },
    told: { title: 'Always part of it', text: 'Required by a contract or by law. It cannot be switched off.' },
  },
  on: 'On',
  off: 'Off',
  inUse: 'In use',
  objected: 'You have said no',
  overridden: 'You have said no, but we have compelling grounds to go on',
  requested: 'Waiting for you to confirm in the mail',
  restricted: 'Restricted at your request',
  paused: 'Paused until {day}',
  silenced: 'Stopped right now, but your yes is still there',
  perDevice: 'Set on each device',
  allDevicesOff: 'You said no for all your devices on {day}',
  since: 'since {day}',
  until: 'until {day}',
  basis: 'Legal basis',
  text: 'The text that you said yes to',
  stop: 'Stop',
  object: 'Say no',
  refuse: 'No on all devices',
  all: 'Say no to everything',
  allText: 'Stops everything on this page that can be stopped.',
  stopped: 'Saved: we have stopped “{title}”.',
  allStopped: 'Saved: everything that can be stopped has stopped.',
  notPossible: 'Nothing has changed. This cannot be stopped here.',
  moreTitle: 'More about your data',
  moreText: 'Do you want to say yes to something, see the history, download a copy, correct or erase? You do that in the portal, because then we need to know that it is you.',
  signIn: 'Sign in to the portal',
  movedTitle: 'This link belongs to an older address',
  movedText: 'The address that the mail went to no longer belongs to anybody here. So we show nothing, but you can still say no.',
  nothingTitle: 'Nothing is held here',
  nothingText: 'There are no choices and no data behind this link. Nothing is sent to you.',
};

const WORDS: Record<Locale, OwnWords> = { sv, da, en };

export const ownWords = (locale: Locale): OwnWords => WORDS[locale];
