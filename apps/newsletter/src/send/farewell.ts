/** What the newsletter says below each issue. */
export interface Farewell {
  why: string;
  /** Before the link that ends it, in plain text. */
  end: string;
  endLink: string;
  choices: string;
}

const sv: Farewell = {
  why: 'Du får det här brevet för att du har sagt ja till nyhetsbrevet. Vill du inte ha det längre?',
  end: 'Avsluta det här:',
  endLink: 'Avsluta nyhetsbrevet',
  choices: 'Se alla dina val och säg nej',
};

const da: Farewell = {
  why: 'Du får dette brev, fordi du har sagt ja til nyhedsbrevet. Vil du ikke have det længere?',
  end: 'Afmeld det her:',
  endLink: 'Afmeld nyhedsbrevet',
  choices: 'Se alle dine valg, og sig nej',
};

const en: Farewell = {
  why: 'You get this letter because you said yes to the newsletter. Do you not want it any more?',
  end: 'End it here:',
  endLink: 'End the newsletter',
  choices: 'See all your choices and say no',
};

export const LOCALES = ['sv', 'da', 'en'] as const;
export type Locale = (typeof LOCALES)[number];
const FAREWELLS: Record<Locale, Farewell> = { sv, da, en };

export const isLocale = (locale: string | undefined): locale is Locale => LOCALES.some((one) => one === locale);

/** That of ours; Swedish where there are no words for it. */
export const localeOf = (locale: string | undefined): Locale => (isLocale(locale) ? locale : 'sv');

export const farewellIn = (locale: Locale): Farewell => FAREWELLS[locale];
