import { createHash } from 'node:crypto';
import { canonicalText } from '#proof';

/** A notice as its table holds it. */
export interface KeptNotice {
  id: string;
  version: string;
  locale: string;
  sha256: string;
  document: string;
}

const sha256Of = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** Whether a notice is the text that its hash names, under the id, version and language that stand in it. */
export function isNoticeWhole({ id, version, locale, sha256, document }: KeptNotice): boolean {
  if (!isTextOf(sha256, document)) return false;
  const own = JSON.parse(document) as Partial<KeptNotice>;
  return own.id === id && own.version === version && own.locale === locale;
}

/** Whether a text is the one that its hash, lower-case hex, names. */
export const isTextOf = (sha256: string, text: string): boolean => sha256Of(text) === sha256;

/** Whether a purpose of a catalogue that was loaded, with its state beside it, is what its definition names. */
export function isPurposeWhole({ definition, state: _state, ...purpose }: { definition: string; state?: string }): boolean {
  return isTextOf(definition, canonicalText(purpose));
}
