import { randomUUID } from 'node:crypto';
import { html, type Markup } from '#html';
import { LOCALES, type Locale } from '#languages';
import { LENGTHS, type Length } from '../choices/read-wish.js';
import type { Choice, Part, Wishes } from '../choices/view.js';
import { LOCALE_NAMES } from '../language/locale.js';
import { ownTextsIn } from '../language/own/own-texts.js';
import { fill } from '../language/texts.js';

/** A form about wishes: with its key, so that it counts once, and without a purpose where it is about everything. */
export const wishForm = (purpose: string | undefined, content: Markup): Markup => html`<form method="post" action="/preferences" class="wish" data-wish><input type="hidden" name="key" value="${randomUUID()}" />${purpose === undefined ? '' : html`<input type="hidden" name="purpose" value="${purpose}" />`}${content}</form>`;

/** Boxes to tick. `hint` stands before them; `wrong` says what is wrong with how they were ticked. */
const boxes = (legend: string, name: string, id: string, parts: readonly Part[], { hint, wrong }: { hint?: string; wrong?: string }): Markup =>
  html`<fieldset ${wrong === undefined ? '' : html`aria-describedby="${id}-wrong"`}><legend>${legend}</legend>${hint === undefined ? '' : html`<p class="small">${hint}</p>`}<div class="boxes">${parts.map((part) => html`<label><input type="checkbox" id="${id}-${part.id}" name="${name}" value="${part.id}" ${part.on ? html`checked` : ''} ${wrong === undefined ? '' : html`aria-invalid="true"`} /> ${part.title}</label>`)}</div>${wrong === undefined ? '' : html`<p class="wrong" id="${id}-wrong">${wrong}</p>`}</fieldset>`;

const option = (value: string, title: string, chosen: boolean): Markup => html`<option value="${value}" ${chosen ? html`selected` : ''}>${title}</option>`;

const choose = (id: string, label: string, name: string, options: readonly Markup[]): Markup => html`<div class="field"><label for="${id}">${label}</label><select id="${id}" name="${name}">${options}</select></div>`;

function selects(id: string, { frequencies, languages, language }: Wishes, locale: Locale): Markup {
  const { wishes } = ownTextsIn(locale);
  const often = frequencies.length > 0 && choose(`often-${id}`, wishes.frequency, 'frequency', [option('', wishes.anyFrequency, false), ...frequencies.map((one) => option(one.id, one.title, one.on))]);
  const spoken = languages && choose(`language-${id}`, wishes.language, 'language', [option('', wishes.anyLanguage, false), ...LOCALES.map((one) => option(one, LOCALE_NAMES[one], one === language))]);
  return html`<div class="fields">${often}${spoken}</div>`;
}

function wishPart(id: string, wishes: Wishes, locale: Locale, isUnchosen: boolean): Markup | undefined {
  const { topics, frequencies, channels } = wishes;
  if (topics.length + frequencies.length + channels.length === 0) return undefined;
  const words = ownTextsIn(locale).wishes;
  const used = channels.length > 0 && html`<input type="hidden" name="asks" value="channels" />${boxes(words.channels, 'channels', `use-${id}`, channels, { wrong: isUnchosen ? words.unchosen : undefined })}`;
  const about = topics.length > 0 && boxes(words.topics, 'topics', `topic-${id}`, topics, { hint: words.allTopics });
  return wishForm(id, html`${used}${about}${selects(id, wishes, locale)}<button class="button button-small" id="save-${id}" name="act" value="wishes">${words.save}</button>`);
}

/** How long, and the button. `id` stands for the purpose, or for everything. */
export function pauseFields(id: string, button: string, locale: Locale): Markup {
  const { wishes, lengths } = ownTextsIn(locale);
  const options = (Object.keys(LENGTHS) as Length[]).map((length) => option(length, lengths[length], length === 'month'));
  return html`<div class="fields fields-end">${choose(`length-${id}`, wishes.pauseFor, 'length', options)}<button class="button button-small" id="pause-${id}" name="act" value="pause">${button}</button></div>`;
}

/** Ends the pause of one purpose; stands beside what says that it is paused. */
export const resumeForm = (id: string, locale: Locale): Markup => wishForm(id, html`<button class="button button-small" id="resume-${id}" name="act" value="resume" aria-describedby="title-${id}">${ownTextsIn(locale).wishes.resume}</button>`);

/** What a person wishes of one purpose, folded in until he wants to see it, or has to. */
export function wishesOf({ purpose: { id }, title, wishes }: Choice, locale: Locale, isUnchosen: boolean): Markup | undefined {
  if (!wishes) return undefined;
  const words = ownTextsIn(locale).wishes;
  const pause = wishes.pausable && wishes.pausedUntil === undefined ? wishForm(id, pauseFields(id, words.pause, locale)) : undefined;
  const wish = wishPart(id, wishes, locale, isUnchosen);
  if (!wish && !pause) return undefined;
  return html`<details class="wishes" id="wishes-${id}" ${isUnchosen ? html`open` : ''}><summary aria-label="${fill(words.of, { title })}">${words.summary}</summary>${wish}${pause}</details>`;
}
