import { html } from '#html';
import type { Locale } from '#languages';
import { wordsIn } from '../language/words.js';

/** The mail with a link that signs in, or that shows a new address to be one's own. Plain words, one link, no tracking. */
export function letterIn(locale: Locale, link: string, which: 'letter' | 'addressLetter'): { subject: string; text: string; html: string } {
  const letter = wordsIn(locale)[which];
  const text = [letter.hello, letter.why, link, letter.ends, letter.ignore].join('\n\n');
  const page = html`<!doctype html><html lang="${locale}"><body style="font:16px/1.6 sans-serif;color:#17211d">
<p>${letter.hello}</p><p>${letter.why}</p>
<p><a href="${link}" style="display:inline-block;padding:12px 24px;border-radius:8px;background:#0b6b50;color:#ffffff;text-decoration:none;font-weight:600">${letter.action}</a></p>
<p style="color:#4d5b55">${letter.ends}</p><p style="color:#4d5b55">${letter.ignore}</p></body></html>`;
  return { subject: letter.subject, text: `${text}\n`, html: page.markup };
}
