import type { FastifyRequest } from 'fastify';
import { LANGUAGES, type Language } from '../pages/words.js';

export const isLanguage = (value: unknown): value is Language => LANGUAGES.some((language) => language === value);

/** The language chosen on this browser; Swedish without a choice. */
export function languageOf({ headers }: FastifyRequest): Language {
  const chosen = /(?:^|;\s*)language=(\w+)/.exec(headers.cookie ?? '')?.[1];
  return isLanguage(chosen) ? chosen : 'sv';
}

/** The cookie that keeps the choice for a year; it holds nothing else. */
export const languageCookie = (language: Language): string => `language=${language}; Path=/; Max-Age=31536000; SameSite=Lax`;
