import { html, type Markup } from '#html';

/** One card: what is the matter, and what can be done now. */
export const plainPage = (title: string, words: string, more: Markup): Markup =>
  html`<div class="wrap door"><div class="door-card"><h1>${title}</h1><p class="lead">${words}</p>${more}</div></div>`;

export const backToDoor = (label: string): Markup => html`<p><a class="button button-accent" href="/sign-in">${label}</a></p>`;
