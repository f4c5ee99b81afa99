import { html, type Markup } from './html.js';
import type { CookiePurpose, PageFrame } from './frame.js';

const choice = ({ id, title, summary }: CookiePurpose): Markup => html`<li class="choice">
  <div><label class="choice-title" for="cookie-${id}">${title}</label><p id="cookie-${id}-what">${summary}</p></div>
  <input class="switch" type="checkbox" role="switch" id="cookie-${id}" name="${id}" data-cookie-purpose aria-describedby="cookie-${id}-what" /></li>`;

/**
 * First layer and settings. Both stand hidden in the page until the script shows them; refusing takes one press like
 * accepting, both buttons look the same, and nothing is ticked beforehand.
 */
export function cookieDialog({ cookies }: PageFrame): Markup {
  return html`<section id="cookie-banner" class="banner" aria-labelledby="banner-title" tabindex="-1" hidden>
    <div class="banner-words"><h2 id="banner-title">Får vi använda fler kakor?</h2>
      <p>${cookies.field} <a href="/information/cookies">Läs mer om kakor</a></p></div>
    <div class="banner-buttons">
      <button type="button" class="button button-choice" data-cookies="refuse">Neka alla</button>
      <button type="button" class="button button-choice" data-cookies="accept">Godkänn alla</button>
      <button type="button" class="button button-plain" data-cookies="choose">Välj själv</button>
    </div>
  </section>
  <dialog id="cookie-settings" class="settings" aria-labelledby="settings-title" data-notice="${cookies.notice.id}" data-version="${cookies.notice.version}" data-locale="${cookies.notice.locale}">
    <form method="dialog">
      <header><h2 id="settings-title" tabindex="-1" autofocus>Cookieinställningar</h2>
        <button class="button-close" value="close" aria-label="Stäng utan att ändra"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4 4l12 12M16 4 4 16" /></svg></button></header>
      <p>Valen gäller den här webbläsaren. Du kan ändra dem när du vill, från länken längst ner på varje sida. <a href="/information/cookies">Hela informationen om kakor</a></p>
      <p class="gpc-note" data-when-gpc hidden>Din webbläsare skickar signalen Global Privacy Control. Vi har räknat den som ett nej. Säger du ja här gäller ditt ja.</p>
      <ul class="choices">
        <li class="choice"><div><span class="choice-title">${cookies.necessary.title}</span><p>${cookies.necessary.summary}</p></div><span class="always">Alltid på</span></li>
        ${cookies.purposes.map(choice)}
      </ul>
      <div class="settings-buttons">
        <button type="button" class="button button-choice" data-cookies="refuse">Neka alla</button>
        <button type="button" class="button button-choice" data-cookies="accept">Godkänn alla</button>
        <button type="button" class="button button-accent" data-cookies="save">Spara mina val</button>
      </div>
    </form>
  </dialog>
  <div id="toast" class="toast" role="status" aria-live="polite"></div>`;
}
