import { html, type Markup } from '#html';
import { LOCALES, type Locale } from '#languages';
import { LOCALE_NAMES } from '../language/locale.js';
import { ownTextsIn } from '../language/own/own-texts.js';
import { textsIn } from '../language/texts.js';
import type { Identity } from '../store/sessions.js';
import { sign } from './icons.js';

export interface Page {
  locale: Locale;
  title: string;
  content: Markup;
  /** Who is signed in, if anybody. */
  identity?: Identity;
  /** Where the language switch comes back to. */
  path: string;
  /** Whether the page keeps itself up to date. */
  live?: boolean;
  /** Which of a signed-in person's pages it is. */
  at?: 'choices' | 'rights';
}

const languages = (locale: Locale, path: string, label: string): Markup => html`<form class="languages" method="post" action="/language" aria-label="${label}">
  <input type="hidden" name="back" value="${path}" />
  ${LOCALES.map((one) => html`<button name="locale" value="${one}" lang="${one}" ${one === locale ? html`aria-current="true"` : ''}><span class="long">${LOCALE_NAMES[one]}</span><span class="short" aria-hidden="true">${one.toUpperCase()}</span></button>`)}
</form>`;

function account(identity: Identity | undefined, locale: Locale): Markup | undefined {
  if (!identity) return undefined;
  const texts = textsIn(locale);
  return html`<form class="account" method="post" action="/sign-out"><span><span class="account-label">${texts.signedInAs}</span> <strong>${identity.shown ?? identity.value}</strong></span><button class="button button-small">${texts.signOut}</button></form>`;
}

function pages(at: Page['at'], locale: Locale): Markup {
  const { nav } = ownTextsIn(locale);
  const link = (name: 'choices' | 'rights', href: string): Markup => html`<a href="${href}" ${name === at ? html`aria-current="page"` : ''}>${nav[name]}</a>`;
  return html`<nav class="pages" aria-label="${nav.label}"><div class="wrap">${link('choices', '/')}${link('rights', '/rights')}</div></nav>`;
}

/** A whole page of the portal. */
export function layout({ locale, title, content, identity, path, live, at }: Page): Markup {
  const texts = textsIn(locale);
  return html`<!doctype html>
<html lang="${locale}">
<head>
  <meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" />
  <title>${title}</title><meta name="robots" content="noindex" /><meta name="color-scheme" content="light dark" />
  <link rel="icon" href="/assets/sign.svg" type="image/svg+xml" />
  <link rel="stylesheet" href="/assets/base.css" /><link rel="stylesheet" href="/assets/portal.css" /><link rel="stylesheet" href="/assets/choices.css" /><link rel="stylesheet" href="/assets/rights.css" />
  ${live ? html`<script type="module" src="/assets/js/portal.bundle.js"></script>` : ''}
</head>
<body>
  <a class="skip" href="#content">${texts.skip}</a>
  <header class="top"><div class="wrap">
    <a class="brand" href="/">${sign}<span><strong>${texts.title}</strong><small>${texts.company}</small></span></a>
    <div class="top-end">${languages(locale, path, texts.language)}${account(identity, locale)}</div>
  </div></header>
  ${identity && pages(at, locale)}
  <main id="content" tabindex="-1">${content}</main>
</body>
</html>`;
}
