import type { Locale } from '../language/locale.js';
import { textsIn } from '../language/texts.js';
import { html, type Markup } from './html.js';

/** The development sign-in, marked as what it is; a plain sentence where it is off. */
export function signInPage(locale: Locale, { enabled, wrong }: { enabled: boolean; wrong: boolean }): Markup {
  const { signIn } = textsIn(locale);
  if (!enabled) return html`<div class="wrap door"><div class="door-card"><h1>${signIn.off}</h1><p class="lead">${signIn.offWords}</p></div></div>`;
  return html`<div class="wrap door"><div class="door-card">
    <h1>${signIn.title}</h1><p class="lead">${signIn.lead}</p>
    <div class="development" role="note"><strong>${signIn.mark}</strong><p>${signIn.markWords}</p></div>
    <form method="post" action="/sign-in" class="door-form">
      <label for="who">${signIn.field}</label>
      <input id="who" name="who" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="254" required aria-describedby="who-hint${wrong ? ' who-wrong' : ''}" ${wrong ? html`aria-invalid="true"` : ''} />
      <p class="small" id="who-hint">${signIn.hint}</p>${wrong ? html`<p class="wrong" id="who-wrong" role="alert">${signIn.wrong}</p>` : ''}
      <button class="button button-accent">${signIn.button}</button>
    </form></div></div>`;
}
