/** The languages of every text that persons read; the first is the one of whoever asks for none of them. */
export const LOCALES = ['sv', 'da', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

export const isLocale = (text: unknown): text is Locale => LOCALES.some((locale) => locale === text);

/** Where a language itself is not there: Danish is what Norwegian, of either form, is nearest to in writing. */
const NEAREST: ReadonlyMap<string, string> = new Map([['nb', 'da'], ['nn', 'da'], ['no', 'da']]);

function readWish(part: string): { language: string; weight: number } {
  const [tag = '', ...parameters] = part.trim().split(';');
  const quality = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
  return { language: tag.trim(), weight: quality === undefined ? 1 : Number(quality) };
}

/** The languages of an Accept-Language header, the dearest first; those that it rules out are not there. */
export function wishesIn(header: string | undefined): string[] {
  const wishes = (header ?? '').split(',').map(readWish).filter(({ weight }) => weight > 0);
  return wishes.sort((one, other) => other.weight - one.weight).map(({ language }) => language);
}

/** The language for somebody who wishes for these, in order: the first of them that is there, or whose nearest is; undefined where there is none. */
export function languageFor(wishes: readonly string[], there: readonly string[]): string | undefined {
  for (const wish of wishes) {
    const language = wish.toLowerCase().split(/[-_]/)[0] ?? '';
    const found = [language, NEAREST.get(language)].find((one) => one !== undefined && there.includes(one));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The language of a page that is there in all of LOCALES, by an Accept-Language header; Swedish where it wishes for none of them. */
export const localeOf = (header: string | undefined): Locale => (languageFor(wishesIn(header), LOCALES) as Locale | undefined) ?? LOCALES[0];
