import { html, type Markup } from '#html';

interface Words {
  title: string;
  eyebrow: string;
  heading: string;
  lead: string;
}

const NOT_FOUND: Words = { title: 'Finns inte', eyebrow: '404', heading: 'Här är det tomt och kallt', lead: 'Sidan finns inte, eller så har den flyttat.' };
const BROKEN: Words = { title: 'Fel', eyebrow: 'Fel', heading: 'Något gick sönder hos oss', lead: 'Försök igen om en stund. Felet är noterat.' };

const WORDS: Record<number, Words> = {
  400: { title: 'Gick inte att läsa', eyebrow: '400', heading: 'Det där gick inte att läsa', lead: 'Gå tillbaka och skicka formuläret en gång till.' },
  403: { title: 'Fel väg in', eyebrow: '403', heading: 'Formuläret kom från en annan sida', lead: 'Öppna formuläret här på webbplatsen och skicka det därifrån.' },
  404: NOT_FOUND,
  413: { title: 'För stort', eyebrow: '413', heading: 'Det blev för stort', lead: 'Filerna får vara högst 10 MB tillsammans. Gå tillbaka, välj färre eller mindre filer och skicka igen.' },
  429: { title: 'Vänta lite', eyebrow: '429', heading: 'Nu gick det för fort', lead: 'Det har kommit väldigt många formulär från ditt nätverk. Vänta tio minuter, eller ring oss.' },
  500: BROKEN,
};

/** A page that says what went wrong, by the status of its answer. */
export function plainPage(status: number): { title: string; content: Markup } {
  const { title, eyebrow, heading, lead } = WORDS[status] ?? (status >= 500 ? BROKEN : NOT_FOUND);
  const content = html`<div class="wrap section page-head plain"><p class="eyebrow">${eyebrow}</p><h1>${heading}</h1>
  <p class="lead">${lead}</p><p class="actions"><a class="button button-accent" href="/">Till startsidan</a></p></div>`;
  return { title: `${title} | Advansor`, content };
}
