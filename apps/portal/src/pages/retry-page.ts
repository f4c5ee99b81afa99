import { html, type Markup } from '#html';
import type { Locale } from '#languages';
import { ownTextsIn } from '../language/own/own-texts.js';
import { textsIn } from '../language/texts.js';

/** Everything that somebody sent, with its key, ready to be sent again: nothing that he wrote is lost, and it counts once. */
export function retryPage(path: string, body: unknown, locale: Locale): Markup {
  const { trouble } = textsIn(locale);
  const sent = Object.entries((body ?? {}) as Record<string, unknown>).filter((field): field is [string, string] => typeof field[1] === 'string');
  return html`<div class="wrap door"><div class="door-card"><h1>${trouble.silentTitle}</h1><p class="lead" role="alert">${ownTextsIn(locale).said.failed}</p>
  <form method="post" action="${path}">${sent.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}<button class="button button-accent">${trouble.again}</button></form></div></div>`;
}
