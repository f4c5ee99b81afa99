import type { Locale } from '#languages';
import { da } from './own-da.js';
import { en } from './own-en.js';
import { sv } from './own-sv.js';
import type { OwnTexts } from './own-wording.js';

const ALL: Record<Locale, OwnTexts> = { sv, da, en };

export const ownTextsIn = (locale: Locale): OwnTexts => ALL[locale];
