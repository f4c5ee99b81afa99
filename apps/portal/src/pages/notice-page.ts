import { blocksOf, type Block } from '#catalogue';
import { html, type Markup } from '#html';
import type { Locale } from '#languages';
import { fill, textsIn } from '../language/texts.js';
import type { NoticeText } from '../ledger/ledger-types.js';

function block(part: Block): Markup {
  if (part.kind === 'heading') return html`<h2>${part.text}</h2>`;
  if (part.kind === 'list') return html`<ul>${part.items.map((item) => html`<li>${item}</li>`)}</ul>`;
  return html`<p>${part.text}</p>`;
}

/** The whole text of a notice, as a consent is bound to it. */
export function noticePage({ title, body, version, locale: language }: NoticeText, locale: Locale): Markup {
  const { notice } = textsIn(locale);
  return html`<article class="wrap notice"><p class="notice-top"><a href="/">${notice.back}</a><span>${fill(notice.version, { version })}</span></p>
  <div lang="${language}"><h1>${title}</h1>${blocksOf(body).map(block)}</div></article>`;
}

/** A page with one message, for what is missing or broken. */
export const messagePage = (title: string, words: string, home: string): Markup => html`<div class="wrap door"><div class="door-card"><h1>${title}</h1><p class="lead">${words}</p><p><a class="button button-accent" href="/">${home}</a></p></div></div>`;
