import type { FastifyRequest } from 'fastify';
import { renderPage } from './page.js';
import { localeOf, type Locale } from './texts.js';

interface NotNowTexts {
  title: string;
  shown: string;
  pressed: string;
  again: string;
}

const TEXTS: Record<Locale, NotNowTexts> = {
  sv: {
    title: 'Det går inte just nu',
    shown: 'Sidan kan inte visas just nu. Vänta en stund och försök igen.',
    pressed: 'Vi kan inte säga om ditt tryck hann räknas. Vänta en stund och försök igen: det räknas bara en gång.',
    again: 'Försök igen',
  },
  da: {
    title: 'Det kan ikke lade sig gøre lige nu',
    shown: 'Siden kan ikke vises lige nu. Vent lidt, og prøv igen.',
    pressed: 'Vi kan ikke sige, om dit tryk nåede at tælle. Vent lidt, og prøv igen: Det tæller kun én gang.',
    again: 'Prøv igen',
  },
  en: {
    title: 'This cannot be done right now',
    shown: 'The page cannot be shown right now. Please wait a while and try again.',
    pressed: 'We cannot say whether your press has counted. Please wait a while and try again: it counts only once.',
    again: 'Try again',
  },
};

/** Routes of the pages that people come to by a link. */
const PAGES = /^\/(?:[cubhp]\/:token|s\/:key\/:purpose)(?:\/|$)/;

/** What a form sent, so that the same can be sent again. */
const fieldsOf = ({ body }: FastifyRequest): [string, string][] => (typeof body === 'string' ? [...new URLSearchParams(body)] : []);

/**
 * For a browser that came by a link while it cannot be answered: a page in its language that sends the same again with one press.
 * Undefined for programs, and for every other route: they get the problem document.
 */
export function notNowPage(request: FastifyRequest): string | undefined {
  const { method, headers, routeOptions, url } = request;
  if (!PAGES.test(routeOptions.url ?? '') || !headers.accept?.includes('text/html')) return undefined;
  const locale = localeOf(headers['accept-language']);
  const { title, shown, pressed, again } = TEXTS[locale];
  const way = method === 'POST' ? { text: pressed, button: again, fields: fieldsOf(request) } : { text: shown, link: { label: again, href: url } };
  return renderPage({ locale, tone: 'gone', title, ...way });
}
