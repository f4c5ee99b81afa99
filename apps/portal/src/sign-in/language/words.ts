import type { Locale } from '#languages';
import { da } from './da.js';
import { en } from './en.js';
import { sv } from './sv.js';
import type { SignInWords } from './wording.js';

export type { SignInWords } from './wording.js';

const ALL: Record<Locale, SignInWords> = { sv, da, en };

export const wordsIn = (locale: Locale): SignInWords => ALL[locale];
