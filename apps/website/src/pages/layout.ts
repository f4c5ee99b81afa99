import { html, jsonBlock, type Markup } from '#html';
import { company } from './company.js';
import type { PageFrame } from './frame.js';
import { sign } from './illustrations.js';
import { newsletterForm } from './newsletter-form.js';

export interface Page {
  title: string;
  /** One sentence for search engines and link previews. */
  description: string;
  /** The address in the menu that this page belongs to. */
  path: string;
  content: Markup;
  /** Extra module of this page, below /assets/js/. */
  script?: string;
}

const MENU: [string, string][] = [
  ['/produkter', 'Produkter'],
  ['/utbildningar', 'Utbildningar'],
  ['/om-oss', 'Om oss'],
  ['/kontakt', 'Kontakt'],
  ['/kundportalen', 'Kundportal'],
];

const menuLink = (current: string, [path, name]: [string, string]): Markup =>
  html`<li><a href="${path}" ${current === path ? html`aria-current="page"` : ''}>${name}</a></li>`;

/** What this site's own script needs to know; no secret stands in it. */
const settingsOf = ({ config }: PageFrame): unknown => ({ analyticsUrl: config.analyticsUrl });

/** The ledger's script: one line, with the site key, which everybody may see. The footer opens the choices, so it draws no button of its own. */
export const ledgerScript = ({ config, gpc }: PageFrame): Markup => html`<script src="${config.apiUrl}/samtycke.js" data-site-key="${config.siteKey}" data-reopen="off" ${gpc ? html`data-gpc="1"` : ''}></script>`;

const footer = (frame: PageFrame): Markup => html`<footer class="site-footer">
  <div class="wrap">
    ${newsletterForm(frame)}
    <div class="footer-columns">
      <address>${sign}<strong>${company.name}</strong><br />${company.street}<br />${company.city}, ${company.country}</address>
      <ul><li><a href="${company.phoneLink}">${company.phone}</a></li><li><a href="mailto:${company.email}">${company.email}</a></li><li><a href="/kontakt">Kontakt</a></li><li><a href="/reklamation">Reklamation</a></li><li><a href="/utbildningar">Utbildningar</a></li></ul>
      <ul><li><button type="button" class="link" data-samtycke="open">Kakinställningar</button></li><li><a href="${frame.config.portalUrl}/" data-samtycke="portal">Mina val</a></li><li><a href="/information">Så använder vi uppgifter</a></li><li><a href="/utvecklare">För utvecklare</a></li></ul>
    </div>
    <p class="small colophon">En exempelsajt i Samtycke. Produkttexterna är påhittade; kontaktuppgifterna är bolagets egna.</p>
  </div>
</footer>`;

/** A whole page: skip link, header, content, footer with the sign-up; the ledger's script asks about cookies. */
export function layout(frame: PageFrame, { title, description, path, content, script }: Page): Markup {
  return html`<!doctype html>
<html lang="sv">
<head>
  <meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" />
  <title>${title}</title><meta name="description" content="${description}" /><meta name="color-scheme" content="light dark" />
  <link rel="icon" href="/assets/sign.svg" type="image/svg+xml" />
  <link rel="stylesheet" href="/assets/base.css" /><link rel="stylesheet" href="/assets/site.css" /><link rel="stylesheet" href="/assets/forms.css" /><link rel="stylesheet" href="/assets/pictures.css" />
  ${ledgerScript(frame)}
  <script type="application/json" id="settings">${jsonBlock(settingsOf(frame))}</script>
  <script type="module" src="/assets/js/site.js"></script>${script ? html`<script type="module" src="/assets/js/${script}"></script>` : ''}
</head>
<body>
  <a class="skip" href="#content">Hoppa till innehållet</a>
  <header class="site-header"><div class="wrap">
    <a class="brand" href="/" ${path === '/' ? html`aria-current="page"` : ''}>${sign}<span>Advansor</span></a>
    <nav aria-label="Huvudmeny"><ul>${MENU.map((item) => menuLink(path, item))}</ul></nav>
  </div></header>
  <main id="content" tabindex="-1">${content}</main>
  ${footer(frame)}
</body>
</html>`;
}
