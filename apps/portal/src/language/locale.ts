export const LOCALES = ['sv', 'da', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

/** How each language calls itself. */
export const LOCALE_NAMES: Record<Locale, string> = { sv: 'Svenska', da: 'Dansk', en: 'English' };

export const isLocale = (text: unknown): text is Locale => LOCALES.includes(text as Locale);

/** Norwegian readers get Danish, the closest that there is. */
const SPOKEN_AS: Record<string, Locale> = { sv: 'sv', da: 'da', en: 'en', nb: 'da', nn: 'da', no: 'da' };

interface Wish {
  language: string;
  weight: number;
}

function readWish(part: string): Wish {
  const [tag = '', ...parameters] = part.trim().split(';');
  const quality = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
  return { language: tag.trim().slice(0, 2).toLowerCase(), weight: quality === undefined ? 1 : Number(quality) };
}

/** The language of a page: the one that was switched to, else the best of Accept-Language, else Swedish. */
export function chooseLocale(switched: string | undefined, acceptLanguage: string | undefined): Locale {
  if (isLocale(switched)) return switched;
  const wishes = (acceptLanguage ?? '').split(',').map(readWish).filter(({ weight }) => weight > 0);
  wishes.sort((one, other) => other.weight - one.weight);
  const best = wishes.find(({ language }) => language in SPOKEN_AS);
  return SPOKEN_AS[best?.language ?? 'sv'] ?? 'sv';
}
