import { escapeHtml } from '#html';

/** The mail to the company about a right that somebody asked for. It names the request by its id, and nobody: what was written stays where it is sealed. */
interface Words {
  /** By right; `{due}` is the day by which it is answered. */
  subjects: Record<string, string>;
  other: string;
  why: string;
  open: string;
  all: string;
  names: string;
}

const WORDS: Record<string, Words> = {
  sv: {
    subjects: { complaint: 'Klagomål – besvara senast den {due}', rectify: 'Begäran om rättelse – besvara senast den {due}' },
    other: 'Begäran ({right}) – besvara senast den {due}',
    why: 'Den {asked} kom det in ett ärende som väntar på ert svar. Enligt artikel 12.3 i GDPR ska det besvaras utan onödigt dröjsmål, och senast inom en månad: den {due}.',
    open: 'Så läser ni vad personen skrev, och ser hur ärendet stängs när det är besvarat:',
    all: 'Alla ärenden som väntar:',
    names: 'Av hänsyn till personen står varken namn, adress eller text i mejlet.',
  },
  da: {
    subjects: { complaint: 'Klage – skal besvares senest den {due}', rectify: 'Anmodning om rettelse – skal besvares senest den {due}' },
    other: 'Anmodning ({right}) – skal besvares senest den {due}',
    why: 'Den {asked} modtog I en henvendelse, der venter på jeres svar. Efter GDPR artikel 12, stk. 3, skal den besvares uden unødig forsinkelse og senest inden for en måned: den {due}.',
    open: 'Sådan læser I, hvad personen skrev, og ser, hvordan sagen lukkes, når den er besvaret:',
    all: 'Alle sager, der venter:',
    names: 'Af hensyn til personen står hverken navn, adresse eller tekst i mailen.',
  },
  en: {
    subjects: { complaint: 'Complaint: to be answered by {due}', rectify: 'Request for correction: to be answered by {due}' },
    other: 'Request ({right}): to be answered by {due}',
    why: 'On {asked} a request came in that waits for your answer. Under Article 12(3) GDPR it is to be answered without undue delay, and within one month at the latest: by {due}.',
    open: 'This shows what the person wrote, and how the request is closed once it is answered:',
    all: 'All requests that wait:',
    names: 'For the sake of the person, this mail holds no name, address or text.',
  },
};

const ZONE = 'Europe/Stockholm';
const dayIn = (locale: string, time: string): string =>
  new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, { dateStyle: 'long', timeZone: ZONE }).format(new Date(time));

export interface RightAsked {
  right: string;
  /** The event that asked. */
  request: string;
  askedAt: string;
  due: string;
}

/** In `locale`, or in English where there are no words for it. */
export function rightMail(locale: string, { right, request, askedAt, due }: RightAsked): { subject: string; text: string; html: string } {
  const known = locale in WORDS ? locale : 'en';
  const words = WORDS[known] as Words;
  const fill = (text: string): string => text.replace('{right}', () => right).replace('{asked}', dayIn(known, askedAt)).replaceAll('{due}', dayIn(known, due));
  const show = `npx samtycke rights show ${request} --reason "…"`;
  const list = 'npx samtycke rights list --reason "…"';
  const text = [fill(words.why), `${words.open}\n${show}`, `${words.all}\n${list}`, words.names].join('\n\n');
  const command = (line: string): string => `<code style="font-family:monospace;overflow-wrap:anywhere">${escapeHtml(line)}</code>`;
  const html = `<!doctype html><html lang="${known}"><body style="font:16px/1.6 sans-serif;color:#17211d">
<p>${escapeHtml(fill(words.why))}</p>
<p>${escapeHtml(words.open)}<br>${command(show)}</p>
<p>${escapeHtml(words.all)}<br>${command(list)}</p>
<p style="color:#4d5b55">${escapeHtml(words.names)}</p></body></html>`;
  return { subject: fill(words.subjects[right] ?? words.other), text: `${text}\n`, html };
}
