import type { FastifyRequest } from 'fastify';
import { localeOf, type Locale } from '#languages';
import { renderPage, type LinkPage } from './page.js';

interface NotNowTexts {
  title: string;
  shown: string;
  pressed: string;
  again: string;
  /** Of a form whose site key does not hold. */
  closed: string;
}

const TEXTS: Record<Locale, NotNowTexts> = {
  sv: {
    title: 'Det går inte just nu',
    shown: 'Sidan kan inte visas just nu. Vänta en stund och försök igen.',
    pressed: 'Vi kan inte säga om ditt tryck hann räknas. Vänta en stund och försök igen: det räknas bara en gång.',
    again: 'Försök igen',
    closed: 'Formuläret kan inte ta emot något just nu, så inget har skickats. Försök igen senare, eller hör av dig till den som har webbplatsen.',
  },
  da: {
    title: 'Det kan ikke lade sig gøre lige nu',
    shown: 'Siden kan ikke vises lige nu. Vent lidt, og prøv igen.',
    pressed: 'Vi kan ikke sige, om dit tryk nåede at tælle. Vent lidt, og prøv igen: Det tæller kun én gang.',
    again: 'Prøv igen',
    closed: 'Formularen kan ikke modtage noget lige nu, så intet er sendt. Prøv igen senere, eller kontakt den, der har hjemmesiden.',
  },
  en: {
    title: 'This cannot be done right now',
    shown: 'The page cannot be shown right now. Please wait a while and try again.',
    pressed: 'We cannot say whether your press has counted. Please wait a while and try again: it counts only once.',
    again: 'Try again',
    closed: 'The form cannot take anything right now, so nothing was sent. Please try again later, or contact whoever runs the website.',
  },
};

/** Routes of the pages that people come to by a link. */
const PAGES = /^\/(?:[cubhp]\/:token|s\/:key\/:purpose)(?:\/|$)/;

/** What a form sent, so that the same can be sent again. */
const fieldsOf = ({ body }: FastifyRequest): [string, string][] => (typeof body === 'string' ? [...new URLSearchParams(body)] : []);

const FORM = /^\/s\//;
const NO_KEY = [401, 403];

/** What a page says besides its title; undefined where the problem document says it. */
function sayings(request: FastifyRequest, status: number, texts: NotNowTexts): Pick<LinkPage, 'text' | 'button' | 'fields' | 'link'> | undefined {
  const { method, routeOptions, url } = request;
  if (NO_KEY.includes(status) && FORM.test(routeOptions.url ?? '')) return { text: texts.closed };
  if (status < 500) return undefined;
  return method === 'POST' ? { text: texts.pressed, button: texts.again, fields: fieldsOf(request) } : { text: texts.shown, link: { label: texts.again, href: url } };
}

/**
 * For a browser that came by a link, or with a form of a site, and cannot be answered: a page in its language. While the ledger cannot
 * answer, its button sends the same again. Undefined for programs, for every other route and for every other problem.
 */
export function notNowPage(request: FastifyRequest, status: number): string | undefined {
  const { headers, routeOptions } = request;
  if (!PAGES.test(routeOptions.url ?? '') || !headers.accept?.includes('text/html')) return undefined;
  const locale = localeOf(headers['accept-language']);
  const said = sayings(request, status, TEXTS[locale]);
  return said && renderPage({ locale, tone: 'gone', title: TEXTS[locale].title, ...said });
}
