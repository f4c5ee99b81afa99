import { blocksOf, type Block } from '#catalogue';
import { html, type Markup } from '#html';
import type { SiteNotice } from '../notices/site-notices.js';

function block(part: Block): Markup {
  if (part.kind === 'heading') return html`<h2>${part.text}</h2>`;
  if (part.kind === 'list') return html`<ul>${part.items.map((item) => html`<li>${item}</li>`)}</ul>`;
  return html`<p>${part.text}</p>`;
}

/** The whole text of a notice, exactly as a consent is bound to it. */
export const noticePage = ({ id, version, title, body }: SiteNotice): Markup => html`<article class="wrap section notice">
  <p class="eyebrow">Information, version ${version}</p><h1>${title}</h1>
  <div class="notice-body">${blocksOf(body).map(block)}</div>
  <p class="small notice-end"><a href="/information">All information</a><span>${id} ${version}</span></p></article>`;

/** The list of all notices, by the situation in which somebody meets the company. */
export const noticesPage = (notices: { id: string; title: string; field: string }[]): Markup => html`<div class="wrap section page-head"><p class="eyebrow">Information</p><h1>Så använder vi uppgifter</h1>
  <p class="lead">Välj den situation som gäller dig. Varje text säger vad vi gör, varför, och hur du säger nej.</p></div>
<div class="wrap section-end"><ul class="notice-list">${notices.map(({ id, title, field }) => html`<li><h2><a href="/information/${id}">${title}</a></h2><p>${field}</p></li>`)}</ul></div>`;
