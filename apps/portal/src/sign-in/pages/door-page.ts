import { html, type Markup } from '#html';
import type { Locale } from '#languages';
import { fill, textsIn } from '../../language/texts.js';
import type { PortalConfig } from '../../config/read-config.js';
import { wordsIn } from '../language/words.js';

/** What was typed wrong, and where. */
export type Wrong = 'who' | 'mail';

interface Field {
  id: string;
  name: string;
  type: 'text' | 'email';
  label: string;
  hint: string;
  /** What is wrong with what was typed. */
  wrong?: string;
  button: string;
  /** Whether it is the way in that most people take. */
  first: boolean;
}

const form = (kind: string, action: string, { id, name, type, label, hint, wrong, button, first }: Field): Markup => html`<form method="post" action="${action}" class="${kind}">
  <label for="${id}">${label}</label>
  <input id="${id}" name="${name}" type="${type}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="254" required aria-describedby="${id}-hint${wrong ? ` ${id}-wrong` : ''}" ${wrong ? html`aria-invalid="true"` : ''} />
  <p class="small" id="${id}-hint">${hint}</p>${wrong ? html`<p class="wrong" id="${id}-wrong" role="alert">${wrong}</p>` : ''}
  <button class="button ${first ? 'button-accent' : ''}">${button}</button>
</form>`;

const way = (id: string, title: string, content: Markup): Markup => html`<section class="way" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;

function byProvider(locale: Locale, name: string): Markup {
  const { provider } = wordsIn(locale);
  return way('way-provider', provider.title, html`<p><a class="button button-accent" href="/sign-in/oidc" rel="nofollow">${fill(provider.button, { name })}</a></p>`);
}

function byMail(locale: Locale, wrong: boolean, first: boolean): Markup {
  const { mail } = wordsIn(locale);
  const field: Field = { id: 'mail', name: 'email', type: 'email', label: mail.field, hint: mail.hint, wrong: wrong ? mail.wrong : undefined, button: mail.button, first };
  return way('way-mail', mail.title, form('door-mail', '/sign-in/mail', field));
}

function byWord(locale: Locale, wrong: boolean, first: boolean): Markup {
  const { signIn } = textsIn(locale);
  const field: Field = { id: 'who', name: 'who', type: 'text', label: signIn.field, hint: signIn.hint, wrong: wrong ? signIn.wrong : undefined, button: signIn.button, first };
  return html`<section class="way development" aria-labelledby="way-development"><h2 id="way-development">${signIn.mark}</h2><p>${signIn.markWords}</p>${form('door-form', '/sign-in', field)}</section>`;
}

/** Every way in that is switched on; a plain sentence where there is none. The one for development is marked as what it is. */
export function doorPage(locale: Locale, { oidc, mail, developmentSignIn }: Pick<PortalConfig, 'oidc' | 'mail' | 'developmentSignIn'>, wrong?: Wrong): Markup {
  const { signIn } = textsIn(locale);
  const ways = [
    oidc && byProvider(locale, oidc.name),
    mail && byMail(locale, wrong === 'mail', !oidc),
    developmentSignIn && byWord(locale, wrong === 'who', !oidc && !mail),
  ].filter((one): one is Markup => Boolean(one));
  if (ways.length === 0) return html`<div class="wrap door"><div class="door-card"><h1>${signIn.off}</h1><p class="lead">${signIn.offWords}</p></div></div>`;
  return html`<div class="wrap door"><div class="door-card"><h1>${signIn.title}</h1><p class="lead">${signIn.lead}</p>${ways}</div></div>`;
}
