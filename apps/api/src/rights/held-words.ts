import type { Locale } from '#languages';
import { da } from './language/da.js';
import { en } from './language/en.js';
import { sv } from './language/sv.js';
import type { HeldWords } from './language/wording.js';

export const heldWords: Record<Locale, HeldWords> = { sv, da, en };
