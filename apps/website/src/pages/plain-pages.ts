import { html, type Markup } from './html.js';

/** Where an address leads nowhere. */
export const notFoundPage: Markup = html`<div class="wrap section page-head plain"><p class="eyebrow">404</p><h1>Här är det tomt och kallt</h1>
  <p class="lead">Sidan finns inte, eller så har den flyttat.</p><p class="actions"><a class="button button-accent" href="/">Till startsidan</a></p></div>`;

/** Something went wrong on this side. */
export const brokenPage: Markup = html`<div class="wrap section page-head plain"><p class="eyebrow">Fel</p><h1>Något gick sönder hos oss</h1>
  <p class="lead">Försök igen om en stund. Felet är noterat.</p><p class="actions"><a class="button button-accent" href="/">Till startsidan</a></p></div>`;
