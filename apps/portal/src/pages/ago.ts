import { html, type Markup } from '#html';
import type { Locale } from '#languages';
import { agoIn } from '../browser/ago.js';

/** How long ago something was; a script keeps it current by the age that it had when the page was made, whatever clock the reader has. */
export function ago(locale: Locale, at: Date, now = new Date()): Markup {
  const age = Math.max(0, now.getTime() - at.getTime());
  return html`<time class="ago" datetime="${at.toISOString()}" data-age="${age}">${agoIn(locale, age)}</time>`;
}
