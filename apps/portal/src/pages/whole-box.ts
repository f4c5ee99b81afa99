import { html, type Markup } from '#html';
import type { Locale } from '#languages';
import type { WholePerson } from '../ledger/ledger-types.js';
import { ownTextsIn } from '../language/own/own-texts.js';
import { dayIn, fill } from '../language/texts.js';
import { pauseFields, wishForm } from './wishes-form.js';

const standing = (words: string, act: string, button: string): Markup => html`<div class="whole whole-on"><p><strong>${words}</strong></p>${wishForm(undefined, html`<button class="button button-small" id="whole-${act}" name="act" value="${act}">${button}</button>`)}</div>`;

function content({ suppressed, pausedUntil }: WholePerson, locale: Locale): Markup {
  const { whole, wishes } = ownTextsIn(locale);
  if (suppressed) return standing(whole.silenced, 'speak', whole.speak);
  if (pausedUntil !== undefined) return standing(fill(whole.paused, { day: dayIn(locale, pausedUntil) }), 'resume', wishes.resume);
  const silence = html`<div class="fields fields-end"><p class="small">${whole.silenceWords}</p><button class="button button-small" id="whole-silence" name="act" value="silence">${whole.silence}</button></div>`;
  return html`<details class="wishes whole" id="whole"><summary>${whole.title}</summary><p class="small">${whole.words}</p>${wishForm(undefined, pauseFields('whole', whole.pause, locale))}${wishForm(undefined, silence)}</details>`;
}

/** What is said about everything at once: a pause, or no contact at all. Absent while the ledger is silent, or does not know the person. */
export const wholeBox = (whole: WholePerson, offered: boolean, locale: Locale): Markup =>
  html`<div data-part="whole" data-rev="${offered ? `${whole.suppressed ? 'silent' : (whole.pausedUntil ?? 'none')}` : 'hidden'}.${locale}">${offered ? content(whole, locale) : ''}</div>`;
